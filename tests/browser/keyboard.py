"""Go through a page with the Tab key alone: every control is reached, in its order, and shows that it is."""

from playwright.sync_api import Page

SPARE = 12  # presses more than controls: a scrolling table takes one too
_ARM = """() => {
  const native = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const shown = (e) => !e.disabled && e.checkVisibility({visibilityProperty: true});
  const name = (e) => e.type === "radio" ? `radio ${e.form?.action} ${e.name}`
    : `${e.tagName}#${e.id} ${(e.getAttribute("aria-label") || e.name || e.textContent).trim().slice(0, 40)}`;
  const marks = ["outline", "boxShadow", "backgroundColor", "color", "borderColor"];
  const look = (e, pseudo) => marks.map((mark) => getComputedStyle(e, pseudo)[mark]).join();
  const near = (e) => [e, e.parentElement, e.nextElementSibling].filter(Boolean);
  const looks = (e) => near(e).flatMap((n) => [look(n), look(n, "::before"), look(n, "::after")]).join();
  document.activeElement?.blur();
  const all = [...document.querySelectorAll(`${native}, [tabindex]`)].filter(shown);
  const controls = all.filter((e) => e.tabIndex >= 0);
  const before = new Map(controls.map((e) => [e, looks(e)]));
  const state = {controls: controls.map(name), reached: [], faults: [], through: !controls.length};
  window.tabbed = state;
  const skipped = all.filter((e) => e.matches(native) && e.tabIndex < 0 && !e.closest("[aria-hidden=true]"));
  state.faults.push(...skipped.map((e) => `${name(e)} is left out`));
  state.faults.push(...controls.filter((e) => e.tabIndex > 0).map((e) => `${name(e)} jumps the order`));
  document.addEventListener("focusin", ({target: e}) => {
    state.reached.push(name(e));
    state.through ||= e === controls.at(-1);
    if (!before.has(e)) return;
    if (looks(e) === before.get(e)) state.faults.push(`${name(e)} does not show its focus`);
    const {clientHeight: height, clientWidth: width} = document.documentElement;
    const inside = (box) => box.bottom > 0 && box.top < height && box.right > 0 && box.left < width;
    if (![e, ...(e.labels ?? [])].some((one) => inside(one.getBoundingClientRect())))
      state.faults.push(`${name(e)} has its focus out of sight`);
  });
  const stops = {date: 4, time: 4, "datetime-local": 7};  // a day, a month and so on are stops of their own
  return controls.reduce((sum, e) => sum + (stops[e.type] ?? 1), 0);
}"""
_READ = """() => {
  const {controls, reached, faults, through} = window.tabbed, met = new Set(reached);
  const missed = [...new Set(controls)].filter((name) => !met.has(name));
  return [[...faults, ...missed.map((name) => `${name} is not reached with Tab`)], through && !missed.length];
}"""


def faults(page: Page) -> list[str]:
    """Return a sentence per control that Tab does not reach, or that does not show where one is."""
    found: list[str] = []
    for presses in (page.evaluate(_ARM), SPARE):
        for _press in range(presses):
            page.keyboard.down("Tab")  # held: half the messages of as many presses
        found, whole = page.evaluate(_READ)
        if whole:  # most often: the spare ones would be a quarter of all
            break
    page.keyboard.up("Tab")
    return found


def to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until a control has the focus; raises AssertionError when none of the presses gets there."""
    for _press in range(most):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")
