//! Details of a function: what is asked of each one by name, a question at a time.

use std::collections::BTreeMap;

use super::{
    Alias, Arn, CodeLocation, EventInvokeConfig, Fact, Function, FunctionState, FunctionUrl, Gap, GapKind, PolicyText, RuntimeManagement,
    ScalingConfig, Timestamp, Version,
};

/// Resource policies by alias or version; a known `None` is one without a policy.
pub type QualifiedPolicies = BTreeMap<String, Fact<Option<PolicyText>>>;

/// What was learnt of one function that was known already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionDetails {
    /// Whose they are.
    pub arn: Arn,
    /// The answers.
    pub answers: Vec<FunctionDetail>,
    /// When the collection began, if with these answers it has asked for everything.
    pub as_of: Option<Timestamp>,
}

/// The answer to one question about a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionDetail {
    /// `GetFunction`.
    Function(Box<FunctionAnswer>),
    /// `GetPolicy` of the function itself.
    Policy(Fact<Option<PolicyText>>),
    /// `ListFunctionUrlConfigs`.
    Urls(Fact<Vec<FunctionUrl>>),
    /// `ListAliases`, and `GetPolicy` of each.
    Aliases(Fact<Vec<Alias>>, QualifiedPolicies),
    /// `ListVersionsByFunction`, and `GetPolicy` of the newest.
    Versions(Fact<Vec<Version>>, QualifiedPolicies),
    /// `GetRuntimeManagementConfig`.
    RuntimeManagement(Fact<RuntimeManagement>),
    /// `GetFunctionRecursionConfig`.
    Recursion(Fact<bool>),
    /// `ListFunctionEventInvokeConfigs`.
    EventInvoke(Fact<Vec<EventInvokeConfig>>),
    /// `GetFunctionScalingConfig`.
    Scaling(Fact<Option<ScalingConfig>>),
}

/// What only `GetFunction` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// [`Function::state`]
    pub state: Fact<FunctionState>,
    /// [`Function::code`]
    pub code: Fact<CodeLocation>,
    /// [`Function::runtime_version`]
    pub runtime_version: Fact<Option<String>>,
    /// [`Function::tags`]
    pub tags: Fact<BTreeMap<String, String>>,
    /// [`Function::reserved_concurrency`]
    pub reserved_concurrency: Fact<Option<u32>>,
}

impl Function {
    /// Takes in an answer.
    pub fn learn(&mut self, detail: FunctionDetail) {
        match detail {
            FunctionDetail::Function(answer) => {
                self.state = answer.state;
                self.code = answer.code;
                self.runtime_version = answer.runtime_version;
                self.tags = answer.tags;
                self.reserved_concurrency = answer.reserved_concurrency;
            }
            FunctionDetail::Policy(policy) => _ = self.policies.insert(Self::UNQUALIFIED.to_owned(), policy),
            FunctionDetail::Urls(urls) => self.urls = urls,
            FunctionDetail::Aliases(aliases, policies) => {
                self.aliases = aliases;
                self.policies.retain(|qualifier, _| !is_alias(qualifier));
                self.policies.extend(policies);
            }
            FunctionDetail::Versions(versions, policies) => {
                self.versions = versions;
                self.policies.retain(|qualifier, _| !is_version(qualifier));
                self.policies.extend(policies);
            }
            FunctionDetail::RuntimeManagement(management) => self.runtime_management = management,
            FunctionDetail::Recursion(terminated) => self.recursive_loop_terminated = terminated,
            FunctionDetail::EventInvoke(configs) => self.event_invoke = configs,
            FunctionDetail::Scaling(scaling) => self.scaling = scaling,
        }
    }

    /// Takes over what was asked by name of the same function before; what a list says stays as it is here.
    pub fn inherit(&mut self, before: &Self) {
        self.details_as_of = before.details_as_of;
        self.state = before.state.clone();
        self.code = before.code.clone();
        self.runtime_version = before.runtime_version.clone();
        self.tags = before.tags.clone();
        self.reserved_concurrency = before.reserved_concurrency.clone();
        self.policies = before.policies.clone();
        self.urls = before.urls.clone();
        self.aliases = before.aliases.clone();
        self.versions = before.versions.clone();
        self.runtime_management = before.runtime_management.clone();
        self.recursive_loop_terminated = before.recursive_loop_terminated.clone();
        self.event_invoke = before.event_invoke.clone();
        self.scaling = before.scaling.clone();
    }

    /// Whether code and configuration are those of `before`: every mark that AWS changes with them is the same.
    pub fn same_revision(&self, before: &Self) -> bool {
        (self.revision_id.is_some() || self.last_modified.is_some())
            && self.revision_id == before.revision_id
            && self.last_modified == before.last_modified
            && self.code_sha256 == before.code_sha256
            && self.config_sha256 == before.config_sha256
    }
}

/// Whether a qualifier is a version's number: an alias cannot be all digits.
fn is_version(qualifier: &str) -> bool {
    qualifier.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_alias(qualifier: &str) -> bool {
    qualifier != Function::UNQUALIFIED && !is_version(qualifier)
}

impl Gap {
    /// Whether asking again may fill it: all but what this endpoint does not offer.
    pub fn may_close(&self) -> bool {
        self.kind != GapKind::Unsupported
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function() -> Function {
        let arn = |resource: &str| Arn::build("aws", "lambda", "eu-west-1", "1", resource);
        Function::new(arn("function:orders"), arn("role/orders"))
    }

    fn policies(qualifiers: &[&str]) -> QualifiedPolicies {
        qualifiers.iter().map(|&qualifier| (qualifier.to_owned(), Fact::Known(None))).collect()
    }

    #[test]
    fn policies_of_aliases_and_versions_that_are_gone_go_with_them() {
        let mut function = function();
        function.learn(FunctionDetail::Policy(Fact::Known(None)));
        function.learn(FunctionDetail::Aliases(Fact::Known(Vec::new()), policies(&["live", "beta"])));
        function.learn(FunctionDetail::Versions(Fact::Known(Vec::new()), policies(&["1", "2"])));
        function.learn(FunctionDetail::Aliases(Fact::Known(Vec::new()), policies(&["live"])));
        assert_eq!(function.policies.keys().collect::<Vec<_>>(), ["$LATEST", "1", "2", "live"]);
        function.learn(FunctionDetail::Versions(Fact::Known(Vec::new()), policies(&["3"])));
        assert_eq!(function.policies.keys().collect::<Vec<_>>(), ["$LATEST", "3", "live"]);
    }

    #[test]
    fn what_has_no_mark_of_its_revision_may_have_changed() {
        let bare = function();
        assert!(!bare.same_revision(&bare));
        let marked = Function { revision_id: Some("a".to_owned()), ..function() };
        assert!(marked.same_revision(&marked));
        for changed in [
            Function { revision_id: Some("b".to_owned()), ..function() },
            Function { code_sha256: Some("x".to_owned()), ..marked.clone() },
            Function { config_sha256: Some("x".to_owned()), ..marked.clone() },
            Function { last_modified: Some(Timestamp::EPOCH), ..marked.clone() },
        ] {
            assert!(!changed.same_revision(&marked), "{changed:?}");
        }
    }

    #[test]
    fn details_are_inherited_and_nothing_else() {
        let mut before = Function { memory_mib: 512, details_as_of: Some(Timestamp::EPOCH), ..function() };
        for detail in [
            FunctionDetail::Function(Box::new(FunctionAnswer {
                state: Fact::Known(FunctionState::default()),
                code: Fact::Known(CodeLocation::default()),
                runtime_version: Fact::Known(None),
                tags: Fact::Known(BTreeMap::new()),
                reserved_concurrency: Fact::Known(Some(1)),
            })),
            FunctionDetail::Policy(Fact::Known(None)),
            FunctionDetail::Urls(Fact::Known(Vec::new())),
            FunctionDetail::Aliases(Fact::Known(Vec::new()), policies(&["live"])),
            FunctionDetail::Versions(Fact::Known(Vec::new()), policies(&["1"])),
            FunctionDetail::RuntimeManagement(Fact::Known(RuntimeManagement { update_on: "Auto".to_owned(), version_arn: None })),
            FunctionDetail::Recursion(Fact::Known(true)),
            FunctionDetail::EventInvoke(Fact::Known(Vec::new())),
            FunctionDetail::Scaling(Fact::Known(None)),
        ] {
            before.learn(detail);
        }
        let mut now = function();
        now.inherit(&before);
        assert_eq!(now, Function { memory_mib: 128, ..before });
    }
}
