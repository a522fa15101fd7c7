//! Answers made by hand.

use std::collections::BTreeMap;

use crate::{
    model::Arn,
    paths::{Access, Confidence, DataUses, Doors, Found, Hop, Node, Path, Proof, Radius, Total, Touched, Via},
    ui::Insight,
};

/// What was found out about the account of a company: paths and a blast radius made by hand.
pub(super) fn made() -> Insight {
    let proof = || Proof { policy: "inline policy deploy".to_owned(), statement: "Rewrite".to_owned(), pointer: "/Statement/1".to_owned() };
    let arn = |resource: &str| Node::Resource(Arn::new(format!("arn:aws:{resource}")));
    let function = arn("lambda:eu-west-1:123456789012:function:webhook-in");
    let exporter = arn("lambda:eu-west-1:123456789012:function:billing-export");
    let hop = |from: &Node, to: &Node, technique, actions: &[&str]| Hop {
        from: from.clone(),
        to: to.clone(),
        technique,
        actions: actions.iter().map(ToString::to_string).collect(),
        condition: None,
        proof: vec![Proof {
            policy: "inline policy deploy".to_owned(),
            statement: "Rewrite".to_owned(),
            pointer: "/Statement/1".to_owned(),
        }],
        needs_trigger: false,
    };
    let path = |id: &str, confidence, hops: Vec<Hop>, break_at, gain| Path {
        id: id.to_owned(),
        from: hops[0].from.clone(),
        to: hops[hops.len() - 1].to.clone(),
        confidence,
        hops,
        break_at,
        gain,
    };
    let enter = hop(&Node::Internet, &function, "function-url", &[]);
    let rewrite = hop(&function, &exporter, "lambda-003", &["lambda:UpdateFunctionCode"]);
    let become_admin = hop(&exporter, &Node::Admin, "lambda-001", &["iam:PassRole", "lambda:CreateFunction"]);
    let mut read = hop(&exporter, &arn("s3:::billing"), "read-data", &["s3:GetObject"]);
    read.condition = Some("only if aws:SourceVpce is vpce-1\u{1b}[2J".to_owned());
    read.needs_trigger = true;
    let assume = hop(&arn("iam::123456789012:role/ci"), &Node::Admin, "sts-001", &["sts:AssumeRole"]);
    let mut insight = Insight::default();
    let paths = vec![
        path("a", Confidence::Certain, vec![enter.clone(), rewrite.clone(), become_admin], 1, 13.0),
        path("b", Confidence::Conditional, vec![enter, rewrite, read], 1, 13.0),
        path("c", Confidence::NeedsTrigger, vec![assume], 0, 2.0),
    ];
    insight.learn(1, Found::Paths(paths));
    let touched = |node: &Node, kind, access: &[Access], via, condition: Option<&str>| Touched {
        arn: node.arn().expect("an ARN").clone(),
        kind,
        access: access.to_vec(),
        via,
        condition: condition.map(str::to_owned),
        proof: vec![proof()],
    };
    let table = arn("dynamodb:eu-west-1:123456789012:table/orders");
    let radius = Radius {
        subject: function.clone(),
        resources: vec![
            touched(&table, "table", &[Access::Read, Access::Write], Via::Direct, None),
            touched(&exporter, "function", &[Access::Write], Via::Direct, Some("only if aws:SourceVpce is vpce-1")),
            touched(&arn("s3:::billing"), "bucket", &[Access::Read], Via::Escalation, None),
        ],
        totals: BTreeMap::from([
            ("bucket", Total { reached: 1, of: 9 }),
            ("function", Total { reached: 1, of: 20 }),
            ("table", Total { reached: 4, of: 5 }),
        ]),
        admin: true,
    };
    insight.learn(1, Found::Reach(radius));
    // Nobody outside, and no role that may anything: what is configured is shown all the same.
    insight.learn(1, Found::Doors(Doors::default()));
    insight.learn(1, Found::Data(DataUses::default()));
    insight
}
