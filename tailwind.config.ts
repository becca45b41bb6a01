import type { Config } from "tailwindcss";

const token = (name: string) => `var(--${name})`;

/** Names of use, not of colour; the values for light and dark are in app/globals.css. */
export default {
  darkMode: "class",
  content: ["./app/**/*.{ts,tsx}", "./components/**/*.{ts,tsx}"],
  theme: {
    fontSize: {
      xs: ["12px", "16px"],
      sm: ["13px", "20px"],
      base: ["14px", "20px"],
      md: ["16px", "24px"],
      lg: ["20px", "28px"],
      xl: ["28px", "32px"],
    },
    borderRadius: { none: "0", sm: "4px", md: "6px", lg: "8px", full: "9999px" },
    extend: {
      fontFamily: {
        sans: ["var(--font-geist-sans)", "ui-sans-serif", "system-ui", "sans-serif"],
        mono: ["var(--font-geist-mono)", "ui-monospace", "SFMono-Regular", "monospace"],
      },
      maxWidth: { page: "1200px", reading: "68ch" },
      colors: {
        surface: { DEFAULT: token("surface"), raised: token("surface-raised"), sunken: token("surface-sunken") },
        border: { DEFAULT: token("border"), strong: token("border-strong") },
        foreground: token("text"),
        muted: token("text-muted"),
        accent: {
          DEFAULT: token("accent"),
          hover: token("accent-hover"),
          foreground: token("accent-foreground"),
          subtle: token("accent-subtle"),
        },
        danger: {
          DEFAULT: token("danger"),
          solid: token("danger-solid"),
          "solid-hover": token("danger-solid-hover"),
          subtle: token("danger-subtle"),
        },
        warning: { DEFAULT: token("warning"), fill: token("warning-fill"), subtle: token("warning-subtle") },
        success: { DEFAULT: token("success"), subtle: token("success-subtle") },
        status: {
          queued: token("status-queued"),
          scheduled: token("status-scheduled"),
          sending: token("status-sending"),
          sent: token("status-sent"),
          delivered: token("status-delivered"),
          read: token("status-read"),
          failed: token("status-failed"),
          unknown: token("status-unknown"),
          cancelled: token("status-cancelled"),
          warning: token("status-warning"),
        },
      },
    },
  },
} satisfies Config;
