//! Roles.

use std::collections::BTreeMap;

use crate::model::{Arn, Fact, Policies, PolicyText, Role};

use super::{
    ACCOUNT, PARTITION, made_up,
    policy::{allow, document, trust},
    service::Team,
};

/// The policy that bounds what the roles of careful teams can be given.
pub(super) const BOUNDARY: &str = "workload-boundary";

/// A role as it is written down.
pub(super) struct Hat {
    region: &'static str,
    name: String,
    trust: Vec<String>,
    /// The inline policy's statements.
    statements: Vec<String>,
    other_inline: BTreeMap<String, PolicyText>,
    attached: Vec<Arn>,
    bounded: bool,
    tags: BTreeMap<String, String>,
    used_days_ago: Option<u32>,
}

impl Hat {
    /// A role of the account: nobody may assume it yet, and it may do nothing.
    pub(super) fn new(region: &'static str, name: &str) -> Self {
        Self {
            region,
            name: name.to_owned(),
            trust: Vec::new(),
            statements: Vec::new(),
            other_inline: BTreeMap::new(),
            attached: Vec::new(),
            bounded: false,
            tags: BTreeMap::new(),
            used_days_ago: Some(0),
        }
    }

    /// The execution role of `function`: Lambda assumes it, and it writes logs and traces.
    pub(super) fn execution(region: &'static str, function: &str, team: &Team) -> Self {
        let group = format!("log-group:/aws/lambda/{function}:*");
        let mut role =
            Self::new(region, &format!("{function}-role")).trusts(r#"{"Service":"lambda.amazonaws.com"}"#, "sts:AssumeRole", None);
        role.allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &[&group]);
        role.allow(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["*"]);
        role.bounded = team.bounded;
        role.tags.insert("team".to_owned(), team.name.to_owned());
        role
    }

    pub(super) fn arn(&self) -> Arn {
        Arn::build(PARTITION, "iam", "", ACCOUNT, &format!("role/{}", self.name))
    }

    /// Lets `principal` (JSON) assume it.
    pub(super) fn trusts(mut self, principal: &str, action: &str, condition: Option<&str>) -> Self {
        self.trust.push(trust(principal, action, condition));
        self
    }

    /// Adds to its inline policy; resources as in [`super::policy::allow`].
    pub(super) fn allow(&mut self, actions: &[&str], resources: &[&str]) {
        self.statements.push(allow(self.region, actions, resources));
    }

    /// Like [`Hat::allow`].
    pub(super) fn may(mut self, actions: &[&str], resources: &[&str]) -> Self {
        self.allow(actions, resources);
        self
    }

    /// Adds a statement (JSON) to its inline policy.
    pub(super) fn states(mut self, statement: String) -> Self {
        self.statements.push(statement);
        self
    }

    /// Takes its inline policy away.
    pub(super) fn may_nothing(mut self) -> Self {
        self.statements.clear();
        self
    }

    /// Another inline policy.
    pub(super) fn inline(mut self, name: &str, document: PolicyText) -> Self {
        self.other_inline.insert(name.to_owned(), document);
        self
    }

    /// Attaches a policy of AWS's, by what stands behind `policy/`.
    pub(super) fn attach(&mut self, aws_policy: &str) {
        self.attached.push(Arn::build(PARTITION, "iam", "", "aws", &format!("policy/{aws_policy}")));
    }

    /// Like [`Hat::attach`].
    pub(super) fn holds(mut self, aws_policy: &str) -> Self {
        self.attach(aws_policy);
        self
    }

    pub(super) fn unbounded(mut self) -> Self {
        self.bounded = false;
        self
    }

    pub(super) fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// When it was last used; none is not within the tracking period.
    pub(super) fn used(mut self, days_ago: Option<u32>) -> Self {
        self.used_days_ago = days_ago;
        self
    }

    pub(super) fn build(self) -> Role {
        let mut inline = self.other_inline;
        if !self.statements.is_empty() {
            inline.insert(format!("{}-policy", self.name.trim_end_matches("-role")), document(&self.statements));
        }
        let age = 200 + made_up::number(&self.name, 900);
        Role {
            arn: Arn::build(PARTITION, "iam", "", ACCOUNT, &format!("role/{}", self.name)),
            id: format!("AROA{}", made_up::id(&self.name, 17).to_uppercase()),
            created: Some(made_up::days_ago(age, &self.name)),
            trust: document(&self.trust),
            policies: Policies { inline, attached: self.attached },
            boundary: self.bounded.then(|| Arn::build(PARTITION, "iam", "", ACCOUNT, &format!("policy/{BOUNDARY}"))),
            tags: self.tags,
            last_used: Fact::Known(self.used_days_ago.map(|days| made_up::days_ago(days, &self.name))),
            services_used: Role::unasked(),
            name: self.name,
        }
    }
}
