//! Sending: a principal that invokes a function, or puts something where a function takes it from.

use super::{Builder, Goal, Keep, Surfaces, attacker::Attacker};
use crate::{
    model::Arn,
    paths::{
        Grip, Node,
        atlas::Class,
        map::Place,
        technique::{Need, On},
    },
};

/// What sends to what.
pub(super) const ACTIONS: [(Class, &str); 7] = [
    (Class::Functions, "lambda:InvokeFunction"),
    (Class::Relays("sqs"), "sqs:SendMessage"),
    (Class::Relays("sns"), "sns:Publish"),
    (Class::Relays("events"), "events:PutEvents"),
    (Class::Relays("kinesis"), "kinesis:PutRecord"),
    (Class::Relays("states"), "states:StartExecution"),
    (Class::Relays("s3"), "s3:PutObject"),
];

impl Builder<'_, '_> {
    /// What `attacker`, whose statements speak of the actions in `surface`, can send to.
    pub(super) fn send(&mut self, attacker: &mut Attacker<'_>, surface: u128) {
        for (class, action) in ACTIONS {
            if surface & Surfaces::bit(action) == 0 {
                continue;
            }
            // Objects are below their bucket, and no pattern of objects covers that.
            let objects = class == Class::Relays("s3");
            let label = |grant: super::attacker::Grant| grant.label("send", [action]);
            let needs = [Need(action, On::Victim)];
            let covered = if objects { Default::default() } else { self.shared(attacker, &needs, class, Goal::Send, Keep::ALL, label) };
            let scopes = attacker.scopes(action);
            let candidates: Vec<Arn> =
                if objects { self.atlas.index(class).arns().to_vec() } else { self.matching(&scopes, class, &covered) };
            for target in candidates {
                if !self.is_affordable() {
                    return;
                }
                let resource = if objects { format!("{target}/palisade-0f3c9b7e41d2") } else { target.as_str().to_owned() };
                if let Some(grant) = attacker.may(action, &resource, &[]) {
                    self.take(attacker.place, Place::At(Node::Resource(target), Grip::Send), label(grant));
                }
            }
        }
    }
}
