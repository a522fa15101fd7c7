//! All steps of an account in one arena: places, and the steps between them.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::{Grip, Node, Proof};

/// Something that can be had.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A grip on a node.
    At(Node, Grip),
    /// This principal is administrator, whoever acts as it.
    Made(Node),
    /// This principal is administrator, and one acts as it.
    Owned(Node),
    /// Any of those that some patterns cover: shared by all who hold these patterns, so that steps do not multiply.
    Group(u32),
}

/// The number of a place.
pub(super) type PlaceId = u32;

/// What a step says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Label {
    pub(super) technique: &'static str,
    pub(super) actions: Vec<String>,
    pub(super) condition: Option<String>,
    pub(super) needs_trigger: bool,
    pub(super) proof: Vec<Proof>,
}

/// A step: who has `from`, and `with` where that is needed too, has `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: PlaceId,
    pub(super) with: Option<PlaceId>,
    pub(super) to: PlaceId,
    /// None for a step that is none to people: from a group to its members.
    label: Option<u32>,
    /// How unsure and how long it is: see [`cost`].
    pub(super) cost: u32,
}

/// What a condition costs: more than all the steps of any path together.
const CONDITIONAL: u32 = 1_000_000;

/// What a wait costs: more than the steps between.
const TRIGGERED: u32 = 1_000;

/// From here on somebody else must do their part, or something is not known.
pub(super) const UNSURE: u32 = TRIGGERED;

/// What a step costs. The surer path goes first, then the shorter one: nothing that is certain hides behind a shortcut that is not.
fn cost(label: &Label) -> u32 {
    1 + if label.condition.is_some() { CONDITIONAL } else { 0 } + if label.needs_trigger { TRIGGERED } else { 0 }
}

/// Places and the steps between them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    places: Vec<Place>,
    ids: HashMap<Place, PlaceId>,
    labels: Vec<Arc<Label>>,
    steps: Vec<Step>,
    leaving: Vec<Vec<u32>>,
    arriving: Vec<Vec<u32>>,
}

impl Map {
    /// Room for so many places and steps.
    pub(super) fn sized(places: usize, steps: usize) -> Self {
        Self {
            places: Vec::with_capacity(places),
            ids: HashMap::with_capacity(places),
            labels: Vec::with_capacity(steps),
            steps: Vec::with_capacity(steps),
            leaving: Vec::with_capacity(places),
            arriving: Vec::with_capacity(places),
        }
    }

    /// The number of `place`, which is added when it is new.
    pub(super) fn place(&mut self, place: Place) -> PlaceId {
        match self.ids.entry(place) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let id = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
                self.places.push(new.key().clone());
                self.leaving.push(Vec::new());
                self.arriving.push(Vec::new());
                *new.insert(id)
            }
        }
    }

    /// The number of `place`, if there is such a place.
    pub(super) fn find(&self, place: &Place) -> Option<PlaceId> {
        self.ids.get(place).copied()
    }

    /// What stands there.
    pub(super) fn at(&self, id: PlaceId) -> &Place {
        &self.places[id as usize]
    }

    /// How many places there are.
    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds a step that people see.
    pub(super) fn step(&mut self, from: PlaceId, with: Option<PlaceId>, to: PlaceId, label: impl Into<Arc<Label>>) {
        let label = label.into();
        let cost = cost(&label);
        let number = u32::try_from(self.labels.len()).ok();
        self.labels.push(label);
        self.add(Step { from, with, to, label: number, cost });
    }

    /// Adds a step from a group to one of its members.
    pub(super) fn member(&mut self, group: PlaceId, member: PlaceId) {
        self.add(Step { from: group, with: None, to: member, label: None, cost: 0 });
    }

    fn add(&mut self, step: Step) {
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        self.leaving[step.from as usize].push(number);
        if let Some(with) = step.with {
            self.leaving[with as usize].push(number);
        }
        self.arriving[step.to as usize].push(number);
        self.steps.push(step);
    }

    /// The steps that `place` is needed for.
    pub(super) fn leaving(&self, place: PlaceId) -> impl Iterator<Item = (u32, &Step)> {
        self.leaving[place as usize].iter().map(|number| (*number, &self.steps[*number as usize]))
    }

    /// The steps that lead to `place`.
    pub(super) fn arriving(&self, place: PlaceId) -> impl Iterator<Item = (u32, &Step)> {
        self.arriving[place as usize].iter().map(|number| (*number, &self.steps[*number as usize]))
    }

    /// A step by its number.
    pub(super) fn numbered(&self, step: u32) -> &Step {
        &self.steps[step as usize]
    }

    /// What `step` says of itself.
    pub(super) fn label(&self, step: &Step) -> Option<&Label> {
        step.label.map(|label| &*self.labels[label as usize])
    }

    /// How many steps there are.
    pub(super) const fn steps(&self) -> usize {
        self.steps.len()
    }
}
