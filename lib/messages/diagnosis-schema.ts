import { z } from "zod";

export const CHECKS = ["integration", "recipient", "consent", "limits", "template", "window", "meta", "delivery"] as const;

export const DiagnosisCheck = z.object({
  name: z.enum(CHECKS),
  outcome: z
    .enum(["passed", "failed", "waiting", "unknown"])
    .describe("`waiting`: nothing is wrong, but it is not over. `unknown`: it cannot be seen from here."),
  code: z.string().describe("What was found, for programs and for the words of a screen."),
  at: z.iso.datetime().describe("When what was looked at was true: our look at it, or Meta's own time."),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("What was looked at."),
});
export type DiagnosisCheck = z.infer<typeof DiagnosisCheck>;

export const Diagnosis = z.object({
  messageId: z.string(),
  status: z.string(),
  verdict: z.enum(["arrived", "failed", "cancelled", "waiting", "unknown"]),
  cause: z.enum(CHECKS).nullable().describe("The first check that is not passed, where the message has not arrived."),
  lookedAt: z.iso.datetime(),
  checks: z.array(DiagnosisCheck),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
