import { answerAuth } from "@/lib/auth/answer";

export const GET = answerAuth;
export const POST = answerAuth;
