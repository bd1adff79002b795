"""What a person may ask and order about recipes: their own, and those shared with the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.deapi.errors import DeapiError
from lib.deapi.values import files_in
from lib.runs.experiments import plan
from lib.runs.experiments.plan import Cell
from lib.runs.params import restored
from lib.runs.quotes import Quote
from lib.runs.recipes import planned
from lib.runs.recipes.planned import Given
from lib.runs.recipes.saved import steps_of
from lib.store import Denied, Run, files, recipes
from lib.store import runs as kept_runs
from lib.store.recipes import NewRecipeRun, Planned, Recipe, RecipeRun, Stage, Step
from lib.ui.desk import EngineDesk


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe with what its person put in: its `steps` so, and each as a `cell` to be priced."""

    steps: Sequence[Step]
    cells: Sequence[Cell]


class Recipes(EngineDesk):
    """`who`'s on one profile."""

    # --- what there is ----------------------------------------------------------------------------

    def page(self, limit: int = 50) -> list[Recipe]:
        """My own and those that are shared with me, newest first."""
        return recipes.page(self._store, self._who.name, limit=limit)

    def get(self, recipe_id: str) -> Recipe | None:
        """One that I may see, or None."""
        found = recipes.get(self._store, recipe_id)
        return found if found is not None and self._who.may_see(found) else None

    def is_mine(self, recipe: Recipe) -> bool:
        """Whether I may change it."""
        return self._who.may_change(recipe)

    def save(self, run_id: str, title: str, *, shared: bool) -> Recipe:
        """Keep the chain that led to a run of mine. Raises `ValueError` without a title, `Denied`
        and `StoreError`."""
        self._check()
        run = kept_runs.get(self._store, run_id)
        if run is None or not self._who.may_see(run):
            raise Denied("This result is not there any more.")
        steps = steps_of(self._store, run)
        return recipes.save(self._store, self._who.name, title, steps, shared=shared)

    def change(
        self, recipe_id: str, *, title: str | None = None, shared: bool | None = None
    ) -> None:
        """Rename it, share it, or no longer. Raises `ValueError`, `Denied` and `StoreError`."""
        recipes.change(self._store, self._mine(recipe_id).id, title=title, shared=shared)

    def remove(self, recipe_id: str) -> Recipe | None:
        """Take it away; what it was, for `restore`. Raises `Denied` and `StoreError`."""
        return recipes.remove(self._store, self._mine(recipe_id).id)

    def restore(self, recipe: Recipe) -> None:
        """Undo `remove`. Raises `StoreError`."""
        self._check()
        recipes.restore(self._store, recipe)

    # --- before it costs anything -----------------------------------------------------------------

    def begins_with(self, step: Step) -> dict[str, object]:
        """What its inputs were saved with, files only where they are mine."""
        values = restored(step.params, self._store)
        found: dict[str, object] = {}
        for name in step.inputs:
            files_of = files_in([values.get(name)])
            if all(files.upload(self._store, self._who.name, each.sha256) for each in files_of):
                found[name] = values.get(name)
            else:
                found[name] = None
        return found

    def plan(self, recipe: Recipe, given: Given) -> Plan:
        """The recipe with what is `given`. Raises `DeapiError` without a catalogue."""
        models = self._engine.listing(self._profile).models
        steps = planned.filled(recipe.steps, given)
        return Plan(steps, planned.cells(self._store, self._who.name, recipe.steps, steps, models))

    def prices(self, cells: Sequence[Cell]) -> list[Quote | DeapiError | None]:
        """What each costs, why nobody says so, or None: it is on its way."""
        found = self._engine.prices(self._profile, cells)
        return [None if each.problems else found[plan.key(each)] for each in cells]

    # --- orders -----------------------------------------------------------------------------------

    def begin(
        self, recipe: Recipe, now: Plan, prices: Sequence[Decimal], *, nonce: str
    ) -> RecipeRun:
        """Have it run at these prices in USD, a step each. Raises `Denied` and `StoreError`;
        nothing was committed then."""
        self._check()
        if not self._who.may_see(recipe) or any(each.problems for each in now.cells):
            raise Denied("This recipe can't be run so.")
        agreed = [
            Planned(step=step, price=price, exact=not step.takes)
            for step, price in zip(now.steps, prices, strict=True)
        ]
        return self._engine.run_recipe(
            NewRecipeRun(
                recipe_id=recipe.id,
                title=recipe.title,
                profile=self._profile,
                person=self._who.name,
                nonce=nonce,
                steps=agreed,
            )
        )

    def resume(self, recipe_run_id: str, shown: Decimal) -> bool:
        """Go on with its next step at `shown` USD; whether that is what it asks for. Raises
        `Denied` and `StoreError`."""
        return self._engine.resume_recipe(self._my_run(recipe_run_id), shown)

    def stop(self, recipe_run_id: str) -> None:
        """Send nothing more of it. Raises `Denied` and `StoreError`."""
        self._engine.stop_recipe(self._my_run(recipe_run_id))

    # --- its runs ---------------------------------------------------------------------------------

    def runs_of(self, recipe: Recipe, limit: int = 10) -> list[RecipeRun]:
        """How often I have run it on this profile, the last time first."""
        return recipes.runs_of(self._store, recipe.id, self._profile, self._who.name, limit=limit)

    def run(self, recipe_run_id: str) -> RecipeRun | None:
        """One of mine on this profile, or None."""
        found = recipes.run(self._store, recipe_run_id)
        if found is None or found.profile != self._profile or not self._who.may_see(found):
            return None
        return found

    def stages(self, going: RecipeRun) -> list[Stage]:
        """Its steps in their order. Raises `Denied`."""
        if not self._who.may_see(going):
            raise Denied("This is not there any more.")
        return recipes.stages(self._store, going.id)

    # --- inside -----------------------------------------------------------------------------------

    def _mine(self, recipe_id: str) -> Recipe:
        self._check()
        found = self.get(recipe_id)
        if found is None or not self._who.may_change(found):
            raise Denied("Only who saved a recipe may change it.")
        return found

    def _my_run(self, recipe_run_id: str) -> RecipeRun:
        self._check()
        found = self.run(recipe_run_id)
        if found is None:
            raise Denied("This is not there any more.")
        return found


def spent(stages: Sequence[Stage]) -> Decimal:
    """USD that these have cost so far, as far as is known."""
    runs: list[Run] = [each.run for each in stages if each.run]
    return sum((run.price or Decimal(0) for run in runs), Decimal(0))


def known(prices: Sequence[Quote | DeapiError | None]) -> list[Decimal] | None:
    """The prices in USD when each of them is known."""
    found = [each.price for each in prices if isinstance(each, Quote)]
    return found if len(found) == len(prices) else None
