declare module "virtual:routes" {
  export const routes: readonly { path: string; handlers: Record<string, unknown> }[];
}
