/** The product's mark: a message that arrived. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <rect width="24" height="24" rx="6" fill="var(--accent)" />
      <path
        d="M6.5 8.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-4.2l-3 2.3c-.5.4-1.3 0-1.3-.6v-1.8a2 2 0 0 1-.5-1.3z"
        fill="none"
        stroke="var(--accent-foreground)"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
      <path
        d="m9.3 11.2 1.9 1.8 3.6-3.6"
        fill="none"
        stroke="var(--accent-foreground)"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
