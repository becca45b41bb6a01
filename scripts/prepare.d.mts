export function forgetSettings(): void;
