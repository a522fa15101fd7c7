//! What anybody on the internet can make themselves: a user where people sign up, an AWS account.

use crate::paths::{Edge, Grip, Node, edge::Proof};

/// Joins the internet to those whom anybody can become, where these have a step to take.
pub(super) fn join(edges: &mut Vec<Edge>) {
    let signs_up = edges.iter().find(|edge| edge.from == Node::SelfSignedUpUser && edge.technique == "self-sign-up");
    // Which user pool it is, its own step tells as well; an AWS account is to be had without anybody's leave.
    let proof: Vec<Proof> = signs_up.map(|edge| edge.proof.clone()).unwrap_or_default();
    for (who, technique, proof) in [(Node::SelfSignedUpUser, "open-sign-up", proof), (Node::AnyAwsAccount, "own-aws-account", Vec::new())] {
        if edges.iter().any(|edge| edge.from == who) {
            edges.push(Edge { proof, ..Edge::new(Node::Internet, who, Grip::Control, technique) });
        }
    }
}
