"""Pages in a browser, as their readers meet them."""

from __future__ import annotations

from axe_core_python.selenium import Axe

GRAVE = ("serious", "critical")


def emulate(driver, *, width, scheme="light", motion="reduce"):
    """A window so wide, of a phone below 500 pixels, for what a reader prefers."""
    features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
    listed = [{"name": name, "value": value} for name, value in features.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


def faults(driver) -> list[str]:
    """What axe-core finds serious in a page, and where."""
    found = Axe().run(driver)["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
