//! By data: every store, with what is found on it and on the functions that write or read it.

use super::{By, Group, Ledger, Link, Opening, View, Who, distinct};
use crate::{
    flow::{DISABLED, Flow, Hand},
    paths::Doors,
    world::World,
};

/// The services whose lists say what holds data.
const SERVICES: [&str; 7] = ["sqs", "sns", "s3", "events", "kinesis", "dynamodb", "secretsmanager"];

/// Groups the findings of `world` by the stores of `flow`.
pub fn stores(world: &World, flow: &Flow, doors: &Doors, ledger: &Ledger) -> View {
    let groups = flow.stores.iter().map(|store| {
        let mut group = Group::on(crate::model::text::clean(store.arn.name()), store.kind, &store.arn);
        let link = |hand: &Hand, by: &str| Link {
            to: Some(hand.who.clone()),
            qualifier: None,
            by: format!("{by} by {}", hand.by),
            is_on: hand.condition.as_deref() != Some(DISABLED),
            who: None,
            evidence: hand.evidence.clone(),
        };
        group.links.extend(store.writers.iter().map(|hand| link(hand, "writes")));
        group.links.extend(store.readers.iter().map(|hand| link(hand, "reads")));
        let outside = doors.outsiders(&store.arn).map(Opening::of).reduce(Opening::or);
        group.admit(outside.unwrap_or_else(|| match doors.gap(&store.arn) {
            Some(gap) => Opening::new(Who::Unknown(gap.clone()), Vec::new()),
            None => Opening::new(Who::Own, Vec::new()),
        }));
        group.class = Some(store.class);
        (group.has, group.lacks, group.unknown) = (store.has.clone(), store.lacks.clone(), store.unknown.clone());
        group
    });
    let gaps = distinct(flow.gaps.iter().chain(doors.unread(&SERVICES)).cloned());
    View::new(world, By::Data, groups.collect(), gaps, ledger)
}
