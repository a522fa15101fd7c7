//! Following the steps: to an end from everywhere at once, or from one beginning to everything.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::map::{Map, PlaceId};

/// No step.
const NONE: u32 = u32::MAX;

/// For each place the first step of the cheapest way to one end, of ways on which each step needs one place only.
#[derive(Debug)]
pub(super) struct Toward {
    costs: Vec<u32>,
    next: Vec<u32>,
}

impl Toward {
    /// Follows all steps back from `end`.
    pub(super) fn new(map: &Map, end: PlaceId) -> Self {
        Self::any(map, [end])
    }

    /// Follows all steps back from `end`, as if what a step needs besides was had by everybody: whom this does not lead to the
    /// end, nothing does.
    pub(super) fn given(map: &Map, end: PlaceId) -> Self {
        Self::back(map, [end], true)
    }

    /// Follows all steps back from whichever of `ends` is nearest.
    pub(super) fn any(map: &Map, ends: impl IntoIterator<Item = PlaceId>) -> Self {
        Self::back(map, ends, false)
    }

    fn back(map: &Map, ends: impl IntoIterator<Item = PlaceId>, given: bool) -> Self {
        let mut toward = Self { costs: vec![u32::MAX; map.len()], next: vec![NONE; map.len()] };
        let mut heap = BinaryHeap::new();
        for end in ends {
            toward.costs[end as usize] = 0;
            heap.push(Reverse((0_u32, end)));
        }
        while let Some(Reverse((cost, place))) = heap.pop() {
            if cost > toward.costs[place as usize] {
                continue;
            }
            for (number, step) in map.arriving(place).filter(|(_, step)| given || step.with.is_none()) {
                let total = cost.saturating_add(step.cost);
                if total < toward.costs[step.from as usize] {
                    toward.costs[step.from as usize] = total;
                    toward.next[step.from as usize] = number;
                    heap.push(Reverse((total, step.from)));
                }
            }
        }
        toward
    }

    /// Whether there is a way from `start`.
    pub(super) fn leads(&self, start: PlaceId) -> bool {
        self.costs[start as usize] != u32::MAX
    }

    /// The steps from `start` to the end; none when there is no way.
    pub(super) fn steps(&self, map: &Map, start: PlaceId) -> Option<Vec<u32>> {
        let mut steps = Vec::new();
        let mut place = start;
        while self.next[place as usize] != NONE {
            let number = self.next[place as usize];
            steps.push(number);
            place = map.numbered(number).to;
        }
        (self.costs[place as usize] == 0 && !steps.is_empty()).then_some(steps)
    }
}

/// Everything that can be had from one beginning: a step that needs two places is taken when both are had.
///
/// The cost of having both is the sum of theirs, so what is popped first is had most cheaply (Knuth's generalisation of
/// Dijkstra's algorithm).
#[derive(Debug)]
pub(super) struct From {
    start: PlaceId,
    costs: Vec<u32>,
    by: Vec<u32>,
    /// What was had, the cheapest first.
    order: Vec<PlaceId>,
}

impl From {
    /// Follows all steps from `start`, until `end` is had if there is one.
    pub(super) fn new(map: &Map, start: PlaceId, end: Option<PlaceId>) -> Self {
        Self::from_all(map, start, &[], end)
    }

    /// Like [`From::new`], with places that are had without a step.
    pub(super) fn from_all(map: &Map, start: PlaceId, more: &[PlaceId], end: Option<PlaceId>) -> Self {
        Self::past(map, start, more, &[], end)
    }

    /// Like [`From::from_all`], on ways that keep away from `barred` once they have begun.
    pub(super) fn past(map: &Map, start: PlaceId, more: &[PlaceId], barred: &[PlaceId], end: Option<PlaceId>) -> Self {
        let mut from = Self { start, costs: vec![u32::MAX; map.len()], by: vec![NONE; map.len()], order: Vec::new() };
        let mut heap = BinaryHeap::new();
        for place in more.iter().chain([&start]) {
            from.costs[*place as usize] = 0;
            heap.push(Reverse((0_u32, *place)));
        }
        let mut done = vec![false; map.len()];
        for place in barred.iter().filter(|place| **place != start && !more.contains(place)) {
            done[*place as usize] = true;
        }
        while let Some(Reverse((cost, place))) = heap.pop() {
            if done[place as usize] {
                continue;
            }
            done[place as usize] = true;
            from.order.push(place);
            if Some(place) == end {
                break;
            }
            for (number, step) in map.leaving(place) {
                let other = if step.from == place { step.with } else { Some(step.from) };
                let total = match other {
                    Some(other) if !done[other as usize] => continue,
                    Some(other) => cost.saturating_add(from.costs[other as usize]),
                    None => cost,
                };
                let total = total.saturating_add(step.cost);
                if total < from.costs[step.to as usize] {
                    from.costs[step.to as usize] = total;
                    from.by[step.to as usize] = number;
                    heap.push(Reverse((total, step.to)));
                }
            }
        }
        from
    }

    /// What was had, the cheapest first.
    pub(super) fn had(&self) -> &[PlaceId] {
        &self.order
    }

    /// What `place` costs.
    pub(super) fn cost(&self, place: PlaceId) -> u32 {
        self.costs[place as usize]
    }

    /// Whether `place` was had.
    pub(super) fn has(&self, place: PlaceId) -> bool {
        self.costs[place as usize] != u32::MAX
    }

    /// The steps to `end`, each after those it rests on.
    pub(super) fn steps(&self, map: &Map, end: PlaceId) -> Option<Vec<u32>> {
        if !self.has(end) || end == self.start {
            return None;
        }
        let mut steps = Vec::new();
        // A place, and whether what it rests on is in already.
        let mut open = vec![(end, false)];
        while let Some((place, ready)) = open.pop() {
            let number = self.by[place as usize];
            if number == NONE || steps.contains(&number) {
                continue;
            }
            if ready {
                steps.push(number);
                continue;
            }
            open.push((place, true));
            let step = map.numbered(number);
            // The way that a story follows comes last, right before its own next step.
            open.push((step.from, false));
            open.extend(step.with.map(|with| (with, false)));
        }
        Some(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Arn,
        paths::{
            Grip, Node,
            map::{Label, Place},
        },
    };

    fn at(map: &mut Map, name: &str) -> PlaceId {
        map.place(Place::At(Node::Resource(Arn::new(name)), Grip::Control))
    }

    fn step(map: &mut Map, from: &str, with: Option<&str>, to: &str, condition: bool) {
        let (from, with, to) = (at(map, from), with.map(|with| at(map, with)), at(map, to));
        map.step(from, with, to, Label { condition: condition.then(|| "perhaps".to_owned()), ..Label::default() });
    }

    #[test]
    fn the_surer_way_goes_before_the_shorter() {
        let mut map = Map::default();
        step(&mut map, "a", None, "d", true);
        step(&mut map, "a", None, "b", false);
        step(&mut map, "b", None, "c", false);
        step(&mut map, "c", None, "d", false);
        let (a, d) = (at(&mut map, "a"), at(&mut map, "d"));
        assert_eq!(Toward::new(&map, d).steps(&map, a).map(|steps| steps.len()), Some(3));
        assert_eq!(From::new(&map, a, None).steps(&map, d).map(|steps| steps.len()), Some(3));
        assert_eq!(Toward::new(&map, a).steps(&map, d), None);
    }

    #[test]
    fn a_step_that_needs_two_is_taken_with_both() {
        let mut map = Map::default();
        step(&mut map, "a", None, "b", false);
        step(&mut map, "b", None, "c", false);
        step(&mut map, "c", Some("a"), "d", false);
        step(&mut map, "c", Some("never"), "e", false);
        let (a, d, e) = (at(&mut map, "a"), at(&mut map, "d"), at(&mut map, "e"));
        let from = From::new(&map, a, None);
        assert_eq!(from.steps(&map, d).map(|steps| steps.len()), Some(3));
        assert!(!from.has(e));
    }

    #[test]
    fn a_circle_ends() {
        let mut map = Map::default();
        step(&mut map, "a", None, "b", false);
        step(&mut map, "b", None, "a", false);
        let (a, b) = (at(&mut map, "a"), at(&mut map, "b"));
        assert_eq!(From::new(&map, a, None).had(), [a, b]);
        assert_eq!(Toward::new(&map, b).steps(&map, a).map(|steps| steps.len()), Some(1));
    }
}
