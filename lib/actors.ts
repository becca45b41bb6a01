/** Who may have done what the audit trail tells. */
export const ACTOR_TYPES = ["user", "token", "system", "stranger"] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];
