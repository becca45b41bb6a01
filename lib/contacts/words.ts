/** Apart from the shapes, so that a list need not load what checks them. */
export const CONTACT_SORTS = ["-createdAt", "createdAt", "name", "-name"] as const;
