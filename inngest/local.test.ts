import { describe } from "vitest";
import { describeDelivery } from "./delivery";
import { startLocalEngine } from "./local";

describe("the built-in engine", () => describeDelivery(() => startLocalEngine()));
