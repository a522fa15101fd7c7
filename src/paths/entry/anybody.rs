//! What anybody on the internet can make themselves: a user where people sign up, an AWS account.

use crate::paths::{Edge, Grip, Node, edge::Proof};

/// Joins the internet to those whom anybody can become, where these have a step to take.
pub(in crate::paths) fn join(edges: &mut Vec<Edge>) {
    let signs_up = edges.iter().find(|edge| edge.from == Node::SelfSignedUpUser && edge.technique == "self-sign-up");
    // Which user pool it is, its own step tells as well; an AWS account is to be had without anybody's leave.
    let proof: Vec<Proof> = signs_up.map(|edge| edge.proof.clone()).unwrap_or_default();
    for (who, technique, proof) in [(Node::SelfSignedUpUser, "open-sign-up", proof), (Node::AnyAwsAccount, "own-aws-account", Vec::new())] {
        if edges.iter().any(|edge| edge.from == who) {
            edges.push(Edge { proof, ..Edge::new(Node::Internet, who, Grip::Control, technique) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arn;

    #[test]
    fn whoever_has_a_step_to_take_is_somebody_that_anybody_becomes() {
        let pool = Arn::new("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a");
        let proof = vec![Proof::field("cognito-idp:DescribeUserPool", "AllowAdminCreateUserOnly", "false")];
        let signs_up = Edge { proof: proof.clone(), ..Edge::new(Node::SelfSignedUpUser, &pool, Grip::Send, "self-sign-up") };
        let mut edges = vec![signs_up];
        join(&mut edges);
        let [_, joined] = edges.as_slice() else { panic!("{edges:?}") };
        assert_eq!((&joined.from, &joined.to, &joined.proof), (&Node::Internet, &Node::SelfSignedUpUser, &proof));
        let mut none = vec![Edge::new(Node::Account("210987654321".into()), &pool, Grip::Send, "queue-policy")];
        join(&mut none);
        assert_eq!(none.len(), 1);
    }
}
