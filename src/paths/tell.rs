//! Steps become hops: what people are told of a path.

use super::{
    Confidence, Hop, Node, Path,
    map::{Map, Place, PlaceId},
};

/// Techniques that nobody can take away without taking the function away: what a break is not looked for at.
const GIVEN: [&str; 5] = ["administrator", "execution-role", "event-injection", "open-sign-up", "own-aws-account"];

/// The path of these steps from `from`; none when none of them is one to people.
pub(super) fn path(map: &Map, from: &Node, steps: &[u32]) -> Option<Path> {
    of_hops(from, hops(map, steps))
}

/// The path of these hops; none of none.
pub(super) fn of_hops(from: &Node, hops: Vec<Hop>) -> Option<Path> {
    let to = hops.last()?.to.clone();
    let confidence = if hops.iter().any(|hop| hop.condition.is_some()) {
        Confidence::Conditional
    } else if hops.iter().any(|hop| hop.needs_trigger) {
        Confidence::NeedsTrigger
    } else {
        Confidence::Certain
    };
    let break_at = hops.iter().position(|hop| !GIVEN.contains(&hop.technique)).unwrap_or_default();
    Some(Path { id: id(from, &hops), from: from.clone(), to, confidence, hops, break_at, gain: 0.0 })
}

/// The hops of these steps: a group on the way is left out.
pub(super) fn hops(map: &Map, steps: &[u32]) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    for (at, number) in steps.iter().enumerate() {
        let step = map.numbered(*number);
        let Some(label) = map.label(step) else { continue };
        // The step after one to a group is from it to the member that is meant.
        let member = || steps[at..].iter().map(|number| map.numbered(*number)).find(|next| next.from == step.to).map(|next| next.to);
        let to = match map.at(step.to) {
            Place::Group(_) => member().unwrap_or(step.to),
            _ => step.to,
        };
        let (Some(from), Some(to)) = (node(map, step.from), node(map, to)) else { continue };
        hops.push(Hop {
            from,
            to,
            technique: label.technique,
            actions: label.actions.clone(),
            condition: label.condition.clone(),
            proof: label.proof.clone(),
            needs_trigger: label.needs_trigger,
        });
    }
    merged(hops)
}

/// To be sent to and to run code are two grips on one function, and one place to people: its step goes into the next one.
fn merged(hops: Vec<Hop>) -> Vec<Hop> {
    let mut merged: Vec<Hop> = Vec::new();
    let mut inside: Option<Hop> = None;
    for mut hop in hops {
        if let Some(before) = inside.take() {
            hop.technique = before.technique;
            hop.condition = hop.condition.or(before.condition);
            hop.proof.splice(0..0, before.proof);
        }
        if hop.from == hop.to { inside = Some(hop) } else { merged.push(hop) }
    }
    merged.extend(inside);
    merged
}

/// Whom a place is about; a group is about nobody in particular.
pub(super) fn node(map: &Map, place: PlaceId) -> Option<Node> {
    match map.at(place) {
        Place::At(node, _) | Place::Made(node) | Place::Owned(node) => Some(node.clone()),
        Place::Group(_) => None,
    }
}

/// Twelve hexadecimal digits of what makes a path: its ends, and the techniques between.
fn id(from: &Node, hops: &[Hop]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(from.to_string().as_bytes());
    for hop in hops {
        for text in [hop.technique, &hop.to.to_string()] {
            hasher.update(&[0]);
            hasher.update(text.as_bytes());
        }
    }
    hasher.finalize().to_hex()[..12].to_owned()
}
