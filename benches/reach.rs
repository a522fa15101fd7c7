//! Steps, paths and blast radius on 10,000 functions, 10,000 roles and 5,000 things that hold data.
//!
//! `cargo bench --no-default-features --bench reach`, with `-- 2000` for another size.

mod account;
mod budget;

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use palisade::{
    iam::{Account, Library},
    model::{Arn, Bucket, Fact, Listing, Parameter, Policies, PolicyText, Posture, Role, Table, User},
    paths::{DataUses, Graph, Node, Target},
};

const REGION: &str = "eu-west-1";

fn main() -> ExitCode {
    let mut figures = budget::Figures::default();
    let size = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let posture = posture(size);
    println!(
        "{} functions, {} roles, {} things that hold data",
        posture.functions().count(),
        posture.identity.roles.items.len(),
        posture
            .regions
            .values()
            .map(|region| region.tables.items.len() + region.buckets.items.len() + region.parameters.items.len())
            .sum::<usize>()
    );
    let (parsed, library) = budget::worked(|| Arc::new(Library::new(&posture)));
    figures.tell("policies parsed", parsed, "ms", None);
    let (gathered, account) = budget::worked(|| Account::new(&posture, library));
    figures.tell("principals with their policies", gathered, "ms", None);
    let (built, graph) = budget::worked(|| Graph::new(&account));
    figures.tell(&format!("{} steps", graph.len()), built, "ms", None);
    let (followed, paths) = budget::worked(|| graph.paths(None, &Target::AdminOrData));
    figures.tell(&format!("{} paths to administrator and to data", paths.len()), followed, "ms", None);
    figures.tell("all of it", gathered + built + followed, "ms", Some(2000.0));

    let function = posture.functions().nth(7).map(|(_, function)| Node::from(&function.arn));
    if let Some(function) = &function {
        let (took, radius) = budget::worked(|| graph.reach(function));
        figures.tell(&format!("blast radius of a function, {} resources", radius.resources.len()), took, "ms", None);
    }
    if let Some(table) = posture.regions.values().find_map(|region| region.tables.items.first()) {
        let (took, who) = budget::worked(|| graph.who(&table.arn));
        figures.tell(&format!("who can reach a table, {} principals", who.len()), took, "ms", None);
    }
    for (what, budget, change) in CHANGES {
        let mut changed = posture.clone();
        change(&mut changed.identity.roles.items);
        let (parsed, library) = budget::worked(|| Arc::new(account.library().again(&posture, &changed)));
        let (gathered, account) = budget::worked(|| Account::new(&changed, library));
        let (built, next) = budget::worked(|| graph.again(&account));
        println!("  of these {parsed:.1} ms policies, {gathered:.1} ms principals, {built:.1} ms steps");
        figures.tell(&format!("{what}, {} steps", next.len()), parsed + gathered + built, "ms", budget);
    }
    if let Some(highest) = budget::memory("VmHWM") {
        figures.tell("memory at its highest", highest, "MB", Some(700.0));
    }
    // Last, and of an account of its own: it asks every role, which the figures above do not.
    let account = Account::new(&posture, Arc::new(Library::new(&posture)));
    let (used, uses) = budget::worked(|| DataUses::new(&account));
    figures.tell(&format!("what the roles may read and write of {} stores", uses.stores.len()), used, "ms", None);
    figures.code()
}

/// What somebody does to a role.
type Change = fn(&mut [Role]);

/// Changes of one role after which everything is reasoned again.
const CHANGES: [(&str, Option<f64>, Change); 3] = [
    ("a role that reads may now pass roles", Some(50.0), |roles| may(roles, 70, r#"["iam:PassRole","lambda:*"]"#)),
    ("a role that passed roles may no more", Some(50.0), |roles| may(roles, 1, r#""logs:*""#)),
    ("a role trusts the whole account", None, |roles| {
        if let [open, .., closed] = roles {
            closed.trust = open.trust.clone();
        }
    }),
];

fn may(roles: &mut [Role], number: usize, actions: &str) {
    let name = format!("job-{number:05}");
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"*"}}}}"#);
    for role in roles.iter_mut().filter(|role| role.name == name) {
        role.policies.inline.insert("access".to_owned(), PolicyText::new(text.clone()));
    }
}

/// As many roles as functions, half as many things that hold data; of a hundred roles one is administrator, two pass roles,
/// three change functions, some assume others, most do their work with what is theirs.
fn posture(size: usize) -> Posture {
    let mut posture = account::posture(size);
    let own = posture.account.clone();
    let pattern = posture.identity.roles.items[0].clone();
    let role_arn = |number: usize| Arn::build("aws", "iam", "", &own, &format!("role/team-{}/job-{number:05}", number % 40));
    let trusts = |number: usize| match number % 50 {
        0 => format!(r#"{{"AWS":"arn:aws:iam::{own}:root"}}"#),
        1 => format!(r#"{{"AWS":"{}"}}"#, role_arn((number + 7) % size)),
        _ => r#"{"Service":"lambda.amazonaws.com"}"#.to_owned(),
    };
    let statements = |number: usize| {
        let table = format!("arn:aws:dynamodb:{REGION}:{own}:table/orders-{:05}", number % (size / 4).max(1));
        let usual = format!(
            r#"{{"Sid":"Work","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem"],"Resource":"{table}"}},{{"Sid":"Logs","Effect":"Allow","Action":"logs:*","Resource":"*"}}"#
        );
        match number % 100 {
            0 => r#"{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned(),
            1 => r#"{"Sid":"Deploy","Effect":"Allow","Action":["iam:PassRole","lambda:*"],"Resource":"*"}"#.to_owned(),
            2 => format!(
                r#"{usual},{{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::{own}:role/team-{}/*","Condition":{{"StringEquals":{{"iam:PassedToService":"lambda.amazonaws.com"}}}}}},{{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"*"}}"#,
                number % 40
            ),
            3..6 => format!(
                r#"{usual},{{"Effect":"Allow","Action":["lambda:UpdateFunctionCode","lambda:InvokeFunction"],"Resource":"arn:aws:lambda:*:{own}:function:orders-worker-{:04}*"}}"#,
                number / 10
            ),
            6..12 => format!(r#"{usual},{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{}"}}"#, role_arn(number / 50 * 50)),
            12..20 => format!(r#"{usual},{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::team-{}-*/*"}}"#, number % 40),
            20..25 => format!(
                r#"{usual},{{"Effect":"Deny","Action":"iam:*","Resource":"*"}},{{"Effect":"Allow","Action":["iam:PassRole","lambda:InvokeFunction"],"Resource":"*"}}"#
            ),
            _ => usual,
        }
    };
    let document = |statements: String| PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
    posture.identity.roles = Listing::complete(
        (0..size)
            .map(|number| {
                let mut role = pattern.clone();
                role.arn = role_arn(number);
                role.name = format!("job-{number:05}");
                role.trust = document(format!(r#"{{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}}"#, trusts(number)));
                role.policies =
                    Policies { inline: BTreeMap::from([("access".to_owned(), document(statements(number)))]), attached: Vec::new() };
                role
            })
            .collect(),
    );
    posture.identity.roles.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    let user = |number: usize| User {
        arn: Arn::build("aws", "iam", "", &own, &format!("user/person-{number:03}")),
        name: format!("person-{number:03}"),
        policies: Policies { inline: BTreeMap::from([("access".to_owned(), document(statements(number * 7 + 1)))]), attached: Vec::new() },
        groups: Vec::new(),
        boundary: None,
        tags: BTreeMap::new(),
    };
    posture.identity.users = Listing::complete((0..size / 50).map(user).collect());
    for region in posture.regions.values_mut() {
        for function in &mut region.functions.items {
            let number: usize = function.arn.name().rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
            function.role = role_arn(number);
        }
    }
    if let Some(region) = posture.regions.get_mut(REGION) {
        let table = |number: usize| Table {
            arn: Arn::build("aws", "dynamodb", REGION, &own, &format!("table/orders-{number:05}")),
            name: format!("orders-{number:05}"),
            description: Fact::default(),
            point_in_time_recovery: Fact::default(),
            policy: Fact::Known(None),
            stream_policy: Fact::Known(None),
        };
        region.tables = Listing::complete((0..size / 4).map(table).collect());
        let bucket = |number: usize| {
            let mut bucket = Bucket::new("aws", format!("team-{}-{number:05}", number % 40), REGION);
            bucket.policy = Fact::Known(None);
            bucket
        };
        region.buckets = Listing::complete((0..size / 8).map(bucket).collect());
        let parameter = |number: usize| Parameter {
            arn: Arn::build("aws", "ssm", REGION, &own, &format!("parameter/app/{number:05}")),
            name: format!("/app/{number:05}"),
            value_type: "String".to_owned(),
            kms_key: None,
            tier: None,
            last_modified: None,
        };
        region.parameters = Listing::complete((0..size / 8).map(parameter).collect());
    }
    posture
}
