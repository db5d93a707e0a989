"""The packages that the examples of docs/how-to/pytest.md need; an example without its package is skipped."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

NEEDS = {
    "flask-app": ["pytest", "flask", "requests"],
    "fastapi-app": ["pytest", "pytest-asyncio", "fastapi", "python-multipart", "uvicorn", "httpx"],
    "aiohttp-app": ["pytest", "pytest-aiohttp"],
    "django-view": ["pytest", "django"],
}


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    name = module_path.stem.removeprefix("test_").replace("_", "-")
    return Left.from_parent(parent, path=module_path) if missing(NEEDS.get(name, [])) else None


def missing(packages: list[str]) -> list[str]:
    """Those that are not installed."""
    return [package for package in packages if not _is_installed(package)]


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


class Left(pytest.Module):
    """An example whose module cannot be imported here."""

    def collect(self) -> list[pytest.Item]:
        name = self.path.stem.removeprefix("test_").replace("_", "-")
        return pytest.skip(f"not installed: {', '.join(missing(NEEDS[name]))}", allow_module_level=True)
