//! What was worked out for one world, until the next one comes.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    ptr,
    rc::Rc,
};

use super::{View, portrait::Portrait, roster::Roster, texts::Texts};
use crate::{
    lens::Ledger,
    model::Arn,
    outcome::Outcomes,
    remedy::{Effort, Plan},
    world::{Finding, World},
};

/// How many findings are named that are to be mended first.
pub(crate) const FIRST: usize = 5;

/// Which world something was worked out for.
pub(crate) type Stamp = (u64, usize);

/// What was worked out for one world.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    stamp: Option<Stamp>,
    roster: OnceCell<Roster>,
    texts: OnceCell<Texts>,
    outcomes: OnceCell<Outcomes>,
    first: OnceCell<Vec<(u32, Effort)>>,
    ledger: OnceCell<Ledger>,
    efforts: RefCell<HashMap<u32, Option<Effort>>>,
    plan: RefCell<Option<(u32, Rc<Option<Plan>>)>>,
    portrait: RefCell<Option<(Arn, Rc<Portrait>)>>,
}

impl Cache {
    /// Forgets what was worked out for another world.
    pub(crate) fn turn(&mut self, view: &View<'_>) {
        let stamp = (view.generation, view.current);
        if self.stamp != Some(stamp) {
            *self = Self { stamp: Some(stamp), ..Self::default() };
        }
    }

    /// Which world this is about.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// The functions with their status in each layer.
    pub(crate) fn roster(&self, world: &World) -> &Roster {
        self.roster.get_or_init(|| Roster::new(world))
    }

    /// What a filter looks at.
    pub(crate) fn texts(&self, world: &World) -> &Texts {
        self.texts.get_or_init(|| Texts::new(world))
    }

    /// How the account stands in every check and every framework.
    pub(crate) fn outcomes(&self, world: &World) -> &Outcomes {
        self.outcomes.get_or_init(|| Outcomes::of(world))
    }

    /// The rows of the findings to mend first, with what each asks of a person.
    pub(crate) fn first(&self, world: &World) -> &[(u32, Effort)] {
        self.first.get_or_init(|| {
            let row = |finding: &Finding| (0u32..).zip(&world.findings).find(|(_, other)| ptr::eq(*other, finding)).map(|(row, _)| row);
            world.fix_first(FIRST).into_iter().filter_map(|(finding, plan)| Some((row(finding)?, plan.effort))).collect()
        })
    }

    /// The findings by resource.
    pub(crate) fn ledger(&self, world: &World) -> &Ledger {
        self.ledger.get_or_init(|| Ledger::new(world, |_| true))
    }

    /// How much the fix of the finding at `row` asks of a person.
    pub(crate) fn effort(&self, world: &World, row: u32) -> Option<Effort> {
        if let Some(effort) = self.efforts.borrow().get(&row) {
            return *effort;
        }
        self.fill_efforts(world, std::iter::once(row));
        self.efforts.borrow().get(&row).copied().flatten()
    }

    /// Whether all of these efforts were worked out.
    pub(crate) fn knows_efforts(&self, rows: &[u32]) -> bool {
        let efforts = self.efforts.borrow();
        rows.iter().all(|row| efforts.contains_key(row))
    }

    /// The efforts of many findings, at the price of one.
    pub(crate) fn fill_efforts(&self, world: &World, rows: impl Iterator<Item = u32>) {
        let mut efforts = self.efforts.borrow_mut();
        let missing: Vec<(u32, &Finding)> =
            rows.filter(|row| !efforts.contains_key(row)).filter_map(|row| Some((row, world.findings.get(row as usize)?))).collect();
        if !missing.is_empty() {
            let plans = world.plans(missing.iter().map(|(_, finding)| *finding));
            efforts.extend(missing.iter().zip(plans).map(|((row, _), plan)| (*row, plan.map(|plan| plan.effort))));
        }
    }

    /// The fix of the finding at `row`.
    pub(crate) fn plan(&self, world: &World, row: u32) -> Rc<Option<Plan>> {
        if let Some((known, plan)) = &*self.plan.borrow()
            && *known == row
        {
            return plan.clone();
        }
        let plan = Rc::new(world.findings.get(row as usize).and_then(|finding| world.plan(finding)));
        *self.plan.borrow_mut() = Some((row, plan.clone()));
        plan
    }

    /// Who can invoke a function and what it may do.
    pub(crate) fn portrait(&self, world: &World, function: &Arn) -> Rc<Portrait> {
        if let Some((known, portrait)) = &*self.portrait.borrow()
            && known == function
        {
            return portrait.clone();
        }
        let portrait = Rc::new(Portrait::new(world, function));
        *self.portrait.borrow_mut() = Some((function.clone(), portrait.clone()));
        portrait
    }
}
