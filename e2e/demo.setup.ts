import { test } from "@playwright/test";
import { fillDemo } from "./demo";

test("fills the installation with the demo", fillDemo);
