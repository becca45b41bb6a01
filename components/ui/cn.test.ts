import { describe, expect, it } from "vitest";
import { cn } from "./cn";

describe("of two classes that set the same thing the later wins", () => {
  it.each([
    ["h-8 w-full px-2.5", "w-40", "h-8 px-2.5 w-40"],
    ["p-3 text-sm", "p-0", "text-sm p-0"],
    ["px-2.5 py-1 pl-3", "p-0", "p-0"],
    ["size-6 rounded-md", "size-7 rounded-full", "size-7 rounded-full"],
    ["h-4 w-2", "size-4", "size-4"],
    ["text-foreground text-sm", "text-muted", "text-sm text-muted"],
    ["text-muted text-sm", "text-xs", "text-muted text-xs"],
    ["text-left text-sm", "text-center", "text-sm text-center"],
    ["font-sans font-medium", "font-mono", "font-medium font-mono"],
    ["border border-border-strong border-dashed", "border-solid", "border border-border-strong border-solid"],
    ["border border-border-strong bg-surface", "border-0 bg-transparent", "border-border-strong border-0 bg-transparent"],
    ["border-accent", "border-danger", "border-danger"],
    ["bg-[color-mix(in_oklab,var(--tone)_7%,transparent)]", "bg-transparent", "bg-transparent"],
    [
      "bg-(--wall) bg-[radial-gradient(red,blue)] bg-size-[18px_18px]",
      "bg-surface",
      "bg-[radial-gradient(red,blue)] bg-size-[18px_18px] bg-surface",
    ],
    ["inline-flex", "flex", "flex"],
    ["grid gap-2", "grid-cols-2", "grid gap-2 grid-cols-2"],
    ["h-8 max-md:h-10", "h-7", "max-md:h-10 h-7"],
    ["[&_svg]:size-4 h-7", "[&_svg]:size-3", "h-7 [&_svg]:size-3"],
    ["hover:text-foreground text-muted", "text-accent", "hover:text-foreground text-accent"],
    ["-ml-1", "ml-2", "ml-2"],
    ["w-72", "w-(--trigger-width) min-w-72", "w-(--trigger-width) min-w-72"],
    ["data-[state=active]:border-accent border-transparent", "border-danger", "data-[state=active]:border-accent border-danger"],
  ])("%s and %s", (own, given, expected) => {
    expect(cn(own, given)).toBe(expected);
  });

  it("keeps a colour under a pattern", () => {
    const wall = "bg-(--wall) bg-[radial-gradient(red,blue)] bg-size-[18px_18px]";
    expect(cn(wall, "p-4")).toBe(`${wall} p-4`);
  });

  it("keeps what conflicts with nothing, in its order, and leaves out what is false", () => {
    expect(cn("truncate tabular-nums", false, null, ["underline"], { italic: true, hidden: false })).toBe(
      "truncate tabular-nums underline italic",
    );
  });
});
