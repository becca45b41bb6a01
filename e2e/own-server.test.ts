import { describe } from "vitest";
import { startOurServer } from "./hosts";
import { describeJourneys } from "./journeys";

describe("npm start", () => {
  describeJourneys(startOurServer);
});
