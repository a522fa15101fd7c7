//! Who a resource policy lets in.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Condition, Document, Statement,
    decide::{covers_action, covers_resource},
    glob,
    principal::Principal,
    request::{Caller, Keyring, Keys},
    stranger::{Asked, Sender, Way},
    truth::Truth,
    worlds::{Walk, Worlds},
};
use crate::model::Arn;

/// Whom a grant reaches; the widest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Anyone on the internet, without credentials.
    Anyone,
    /// Any AWS account's principals (or any principal through any service).
    AnyAccount,
    /// Anyone who comes from a network, or by a way that the policy names: the condition in words, such as
    /// `aws:SourceIp is in 203.0.113.7/32`.
    Network(String),
    /// Members of an AWS Organization (`o-…`).
    Organization(String),
    /// Everyone whom an account lets: its 12-digit id.
    Account(String),
    /// One principal: user, role, session.
    Principal(Arn),
    /// An identity provider's users.
    Federated(String),
    /// An AWS service.
    Service {
        /// `s3.amazonaws.com`.
        name: String,
        /// Whether a condition fixes the account, ARN or organization that the service must act for.
        bound: bool,
    },
}

impl Audience {
    /// Whether strangers are in it: everyone, or every AWS account.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Anyone | Self::AnyAccount)
    }
}

/// One grant that remains after the denies.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Whom it lets in.
    pub audience: Audience,
    /// Which of the asked actions it grants.
    pub actions: Vec<String>,
    /// The statement that grants.
    pub statement: Arc<Statement>,
    /// What must hold besides, in words: `only if aws:SourceIp is in 203.0.113.7/32`; empty when nothing binds.
    pub conditions: Vec<String>,
    /// For functions: the qualifier whose policy it is.
    pub qualifier: String,
}

/// Whom `document`, the policy of `resource`, lets do any of `actions`, after its denies.
///
/// An action may be a pattern (`kms:*`): then every statement that allows some such action counts, with its
/// own patterns in [`Reach::actions`], and a deny counts when it takes all of the pattern away.
pub fn audience(document: &Document, actions: &[&str], resource: &Arn) -> Vec<Reach> {
    reaches(document, actions, resource, Way::Api, |_| true)
}

/// Like [`audience`], but only of audiences that are `wanted`: saying what binds the others costs more than finding them.
pub fn audience_among(document: &Document, actions: &[&str], resource: &Arn, wanted: impl Fn(&Audience) -> bool) -> Vec<Reach> {
    reaches(document, actions, resource, Way::Api, wanted)
}

/// Like [`audience_among`], for a way of calling.
pub(super) fn reaches(document: &Document, actions: &[&str], resource: &Arn, way: Way, wanted: impl Fn(&Audience) -> bool) -> Vec<Reach> {
    let mut reaches: Vec<Reach> = Vec::new();
    for statement in document.statements.iter().filter(|statement| statement.is_allow()) {
        for action in actions {
            for granted in granted(statement, action) {
                let question = Question::new(document, statement, action, resource, way);
                for audience in question.audiences().into_iter().filter(|audience| wanted(audience)) {
                    let same = |reach: &&mut Reach| Arc::ptr_eq(&reach.statement, statement) && reach.audience == audience;
                    match reaches.iter_mut().find(same) {
                        Some(reach) if reach.actions.contains(&granted) => {}
                        Some(reach) => reach.actions.push(granted.clone()),
                        None => reaches.push(Reach {
                            conditions: question.in_words(),
                            audience,
                            actions: vec![granted.clone()],
                            statement: Arc::clone(statement),
                            qualifier: String::new(),
                        }),
                    }
                }
            }
        }
    }
    reaches.sort_by(|a, b| a.audience.cmp(&b.audience));
    reaches
}

/// What of `asked` the statement's actions grant: the action itself, or the patterns that are part of it.
fn granted(statement: &Statement, asked: &str) -> Vec<String> {
    if !asked.contains(['*', '?']) {
        return if covers_action(statement, &asked.to_lowercase()) == Truth::False { Vec::new() } else { vec![asked.to_owned()] };
    }
    if statement.is_not_action() {
        return if covers_action(statement, &asked.to_lowercase()) == Truth::False { Vec::new() } else { vec![asked.to_owned()] };
    }
    let tokens = glob::folded(&glob::tokens(asked));
    statement.actions.iter().filter(|pattern| pattern.overlaps(&tokens)).map(|pattern| pattern.text.clone()).collect()
}

/// One statement that allows, one action, and the denies that could take it back.
struct Question<'a> {
    statement: &'a Statement,
    denies: Vec<&'a Statement>,
    asked: Asked<'a>,
    conditions: Vec<&'a Condition>,
}

impl<'a> Question<'a> {
    fn new(document: &'a Document, statement: &'a Statement, action: &str, resource: &'a Arn, way: Way) -> Self {
        let action = action.to_lowercase();
        let denies: Vec<&Statement> = document
            .statements
            .iter()
            .map(|statement| &**statement)
            .filter(|other| !other.is_allow() && covers_action(other, &action) == Truth::True)
            .collect();
        let conditions = std::iter::once(statement).chain(denies.iter().copied()).flat_map(|statement| &statement.conditions).collect();
        let is_url_action = action == "lambda:invokefunctionurl";
        let asked = Asked { way, resource, is_url_action };
        Self { statement, denies, asked, conditions }
    }

    /// The widest audiences for whom some request is allowed.
    fn audiences(&self) -> Vec<Audience> {
        let mut found = BTreeSet::new();
        if self.statement.is_not_principal() {
            found.extend(self.of_everyone());
        } else {
            for principal in self.statement.principals() {
                found.extend(self.of(principal));
            }
        }
        found.into_iter().collect()
    }

    fn of(&self, principal: &Principal) -> Vec<Audience> {
        match principal {
            Principal::Anyone => self.of_everyone(),
            Principal::Account(account) => {
                if self.lets(&Sender::Of(account.clone())) {
                    return vec![Audience::Account(account.clone())];
                }
                let inside = |arn: &String| arn.split(':').nth(4) == Some(account.as_str());
                self.known(self.named_arns().into_iter().filter(inside))
            }
            Principal::Aws(arn) => self.known([arn.clone()]),
            Principal::CanonicalUser(id) => self.known([id.clone()]),
            Principal::Federated(name) => {
                let sender = Sender::Known(Caller::Federated(name.clone()));
                if self.lets(&sender) { vec![Audience::Federated(name.clone())] } else { Vec::new() }
            }
            Principal::Service(name) => {
                let caller = Caller::Service(name.clone());
                let bound = !self.lets(&Sender::ForStranger(caller.clone()));
                if bound && !self.lets(&Sender::ForKnown(caller)) {
                    return Vec::new();
                }
                vec![Audience::Service { name: name.clone(), bound }]
            }
        }
    }

    /// Who remains of everyone.
    fn of_everyone(&self) -> Vec<Audience> {
        if self.lets(&Sender::Anonymous) {
            return vec![Audience::Anyone];
        }
        let any_service = || Caller::Service("any.amazonaws.com".to_owned());
        if self.lets(&Sender::Stranger) || self.lets(&Sender::ForStranger(any_service())) {
            return vec![Audience::AnyAccount];
        }
        if self.lets(&Sender::FromNetwork) || self.lets(&Sender::StrangerFromNetwork) {
            return vec![Audience::Network(self.network_in_words())];
        }
        let organizations = self.named(
            |key| matches!(key, "aws:principalorgid" | "aws:principalorgpaths"),
            |value| value.split('/').next().unwrap_or_default().to_owned(),
        );
        let through = self.named(
            |key| matches!(key, "aws:sourceorgid" | "aws:sourceorgpaths"),
            |value| value.split('/').next().unwrap_or_default().to_owned(),
        );
        let mut found: Vec<Audience> = organizations
            .into_iter()
            .filter(|organization| self.lets(&Sender::Member(organization.clone())))
            .map(Audience::Organization)
            .collect();
        if found.is_empty() {
            found = self
                .named_accounts()
                .into_iter()
                .filter(|account| self.lets(&Sender::Of(account.clone())))
                .map(Audience::Account)
                .collect();
        }
        if found.is_empty() {
            found = self.known(self.named_arns());
        }
        // Nobody by himself; perhaps through a service that acts for whom a condition names.
        if found.is_empty() && self.lets(&Sender::ForKnown(any_service())) {
            found = through.into_iter().map(Audience::Organization).collect();
            if found.is_empty() {
                let accounts = self
                    .named(|key| matches!(key, "aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn"), |value| self.account_in(value));
                found =
                    accounts.into_iter().filter(|account| !account.is_empty() && !account.contains('$')).map(Audience::Account).collect();
            }
            if found.is_empty() {
                found = vec![Audience::Network(self.network_in_words())];
            }
        }
        found
    }

    /// Those of `arns` for whom some request is allowed.
    fn known(&self, arns: impl IntoIterator<Item = String>) -> Vec<Audience> {
        arns.into_iter()
            .filter(|arn| self.lets(&Sender::Known(Caller::Principal(arn.clone()))))
            .map(|arn| Audience::Principal(Arn::new(arn)))
            .collect()
    }

    /// The values of positive and negative conditions on some keys, cut to what they name.
    fn named(&self, key: impl Fn(&str) -> bool, cut: impl Fn(&str) -> String) -> BTreeSet<String> {
        self.conditions
            .iter()
            .filter(|condition| key(&condition.name))
            .flat_map(|condition| &condition.values)
            .map(|value| cut(value))
            .collect()
    }

    /// The account that a value of a condition names, the resource's own by a variable too.
    fn account_in(&self, value: &str) -> String {
        if value.eq_ignore_ascii_case("${aws:ResourceAccount}") { self.asked.resource.account().to_owned() } else { account_of(value) }
    }

    fn named_accounts(&self) -> BTreeSet<String> {
        let mut accounts = self.named(|key| matches!(key, "aws:principalaccount" | "kms:calleraccount"), str::to_owned);
        accounts.extend(self.named(|key| key == "aws:principalarn", account_of));
        for principal in self.denies.iter().flat_map(|deny| deny.principals()) {
            match principal {
                Principal::Account(account) => accounts.insert(account.clone()),
                Principal::Aws(arn) => accounts.insert(account_of(arn)),
                _ => false,
            };
        }
        accounts.insert(self.asked.resource.account().to_owned());
        accounts.retain(|account| !account.is_empty() && !account.contains(['*', '?', '$']));
        accounts
    }

    fn named_arns(&self) -> BTreeSet<String> {
        let mut arns = self.named(|key| matches!(key, "aws:principalarn" | "aws:userid"), str::to_owned);
        let names = self.denies.iter().flat_map(|deny| deny.principals()).filter(|principal| matches!(principal, Principal::Aws(_)));
        arns.extend(names.map(|principal| principal.text().to_owned()));
        arns
    }

    /// Whether some request of this sender is allowed: the statement grants, and no deny is certain.
    fn lets(&self, sender: &Sender) -> bool {
        let caller = sender.caller();
        let mut base = Keyring::unknown();
        if let (Sender::Known(Caller::Principal(arn)), false) = (sender, self.asks_for("aws:userid")) {
            base = base.with("aws:PrincipalArn", glob::instance(&glob::tokens(arn), "x")).with("aws:PrincipalAccount", account_of(arn));
        }
        let patterns: Vec<_> = std::iter::once(self.statement)
            .chain(self.denies.iter().copied())
            .flat_map(|statement| statement.resources.iter().flatten())
            .map(|pattern| pattern.template())
            .collect();
        let domain = |key: &str, values| sender.domain(key, values, &self.conditions, &self.asked);
        let worlds = Worlds::new(&self.conditions, &patterns, self.asked.resource.as_str(), &base, &domain);
        let mut allowed = false;
        let whole = worlds.walk(|keys| {
            allowed = self.allowed(&caller, keys);
            if allowed { Walk::Stop } else { Walk::On }
        });
        // Too many worlds to say no.
        allowed || !whole
    }

    fn asks_for(&self, key: &str) -> bool {
        self.conditions.iter().any(|condition| condition.name == key)
    }

    fn allowed(&self, caller: &Caller, keys: &dyn Keys) -> bool {
        let stands = |statement: &Statement| {
            let resource = covers_resource(statement, self.asked.resource.as_str(), keys);
            resource.and(Truth::all(statement.conditions.iter().map(|condition| condition.holds(keys))))
        };
        if stands(self.statement) == Truth::False {
            return false;
        }
        !self.denies.iter().any(|deny| {
            let named = deny.principals.as_ref().map_or(Truth::True, |principals| principals.cover(caller).0);
            named == Truth::True && stands(deny) == Truth::True
        })
    }

    /// What binds, in words: the conditions that a stranger cannot meet, and the denies that shut him out.
    fn in_words(&self) -> Vec<String> {
        let mut words: Vec<String> = self
            .statement
            .conditions
            .iter()
            .filter(|condition| self.binds(condition))
            .map(|condition| format!("only if {condition}"))
            .collect();
        for deny in &self.denies {
            if self.shuts_out(deny) {
                let all: Vec<String> = deny.conditions.iter().map(ToString::to_string).collect();
                words.push(format!("not if {}", all.join(" and ")));
            }
        }
        words
    }

    /// Whether no stranger can meet the condition, however he comes.
    fn binds(&self, condition: &Condition) -> bool {
        !self.stranger_can(&[condition], |truth| truth != Truth::False)
    }

    /// Whether the conditions of a deny hold for every stranger.
    fn shuts_out(&self, deny: &Statement) -> bool {
        let conditions: Vec<&Condition> = deny.conditions.iter().collect();
        !conditions.is_empty() && !self.stranger_can(&conditions, |truth| truth != Truth::True)
    }

    /// Whether some stranger's request makes of all `conditions` together what is `wanted`.
    fn stranger_can(&self, conditions: &[&Condition], wanted: impl Fn(Truth) -> bool) -> bool {
        let senders = [Sender::Anonymous, Sender::Stranger, Sender::ForStranger(Caller::Service(String::new()))];
        senders.iter().any(|sender| {
            let base = Keyring::unknown();
            let domain = |key: &str, values| sender.domain(key, values, conditions, &self.asked);
            let mut found = false;
            Worlds::new(conditions, &[], self.asked.resource.as_str(), &base, &domain).walk(|keys| {
                found = wanted(Truth::all(conditions.iter().map(|condition| condition.holds(keys))));
                if found { Walk::Stop } else { Walk::On }
            });
            found
        })
    }

    fn network_in_words(&self) -> String {
        self.in_words().iter().map(|words| words.strip_prefix("only if ").unwrap_or(words)).collect::<Vec<_>>().join(" and ")
    }
}

/// The account in an ARN, or the text itself when it is no ARN.
fn account_of(text: &str) -> String {
    if text.starts_with("arn:") { text.split(':').nth(4).unwrap_or_default().to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    /// Whom a policy of these statements on a function lets invoke it, in short words.
    #[track_caller]
    fn invokers(statements: &str) -> Vec<String> {
        let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#)).expect("a policy");
        audience(&document, &["lambda:InvokeFunction"], &Arn::new(FUNCTION)).iter().map(|reach| short(&reach.audience)).collect()
    }

    fn short(audience: &Audience) -> String {
        match audience {
            Audience::Anyone => "anyone".to_owned(),
            Audience::AnyAccount => "any account".to_owned(),
            Audience::Network(words) => format!("network: {words}"),
            Audience::Organization(id) | Audience::Account(id) => id.clone(),
            Audience::Principal(arn) => arn.to_string(),
            Audience::Federated(name) => name.clone(),
            Audience::Service { name, bound } => format!("{name}{}", if *bound { "" } else { " for anyone" }),
        }
    }

    /// A statement that lets `principal` invoke under `condition`, which is JSON or empty.
    fn allow(principal: &str, condition: &str) -> String {
        let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
        format!(r#"{{"Effect":"Allow",{principal},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}"{condition}}}"#)
    }

    fn star(condition: &str) -> String {
        allow(r#""Principal":"*""#, condition)
    }

    fn service(name: &str, condition: &str) -> String {
        allow(&format!(r#""Principal":{{"Service":"{name}"}}"#), condition)
    }

    #[test]
    fn policies_that_other_scanners_read_wrongly() {
        let outside = r#"{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-abc"}}}"#;
        let all = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
        let cases: [(String, &[&str]); 19] = [
            (star(r#"{"StringLike":{"aws:SourceArn":"*"}}"#), &["any account"]),
            (star(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#), &["any account"]),
            (star(r#"{"StringEquals":{"aws:ResourceAccount":"123456789012"}}"#), &["anyone"]),
            (star(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#), &["any account"]),
            (allow(r#""NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"}"#, ""), &["anyone"]),
            (format!("[{},{outside}]", star("")), &["o-abc"]),
            (format!("[{},{all}]", star("")), &[]),
            (star(r#"{"StringEqualsIgnoreCase":{"aws:SourceAccount":"123456789012"}}"#), &["123456789012"]),
            (star(r#"{"IpAddress":{"aws:SourceIp":"93.184.216.34/32"}}"#), &["network: aws:SourceIp is in 93.184.216.34/32"]),
            (format!("[{}]", star("")), &["anyone"]),
            (star(""), &["anyone"]),
            (service("s3.amazonaws.com", ""), &["s3.amazonaws.com for anyone"]),
            (allow(r#""Principal":{"AWS":"210987654321"}"#, ""), &["210987654321"]),
            (star(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#), &["o-abc"]),
            (star(r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#), &["network: aws:SourceVpce is vpce-1"]),
            (star(r#"{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#), &[]),
            (star(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), &["anyone"]),
            (star(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#), &["network: aws:SourceIp is in 203.0.113.7/32"]),
            (allow(r#""Principal":{"AWS":"*"}"#, ""), &["anyone"]),
        ];
        for (statements, expected) in cases {
            assert_eq!(invokers(&statements), expected, "{statements}");
        }
    }

    #[test]
    fn networks_of_the_whole_internet_do_not_bind() {
        for cidrs in [r#""0.0.0.0/0""#, r#""::/0""#, r#"["0.0.0.0/1","128.0.0.0/1"]"#, r#"["10.0.0.0/8","0.0.0.0/0"]"#] {
            assert_eq!(invokers(&star(&format!(r#"{{"IpAddress":{{"aws:SourceIp":{cidrs}}}}}"#))), ["anyone"], "{cidrs}");
        }
        assert_eq!(invokers(&star(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#)), ["anyone"]);
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}}"#;
        assert!(invokers(&format!("[{},{deny}]", star("")))[0].starts_with("network: not if aws:SourceIp is not in 203.0.113.0/24"));
    }

    #[test]
    fn conditions_that_bind_to_an_account_or_a_principal() {
        let cases: [(&str, &[&str]); 28] = [
            (r#"{"StringEquals":{"aws:SourceAccount":"${aws:ResourceAccount}"}}"#, &["123456789012"]),
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}"#, &["123456789012"]),
            (r#"{"StringLike":{"aws:SourceVpce":"vpce-*"}}"#, &["anyone"]),
            (r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, &["any account"]),
            (r#"{"StringLike":{"aws:SourceAccount":"????????????"}}"#, &["any account"]),
            (r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, &["any account"]),
            (r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#, &["anyone"]),
            (r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}"#, &[]),
            (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#, &["anyone"]),
            (r#"{"StringEquals":{"aws:PrincipalTag/team":"pay"}}"#, &["any account"]),
            (
                r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#,
                &["network: aws:SourceVpce is vpce-1"],
            ),
            (
                r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}"#,
                &["123456789012"],
            ),
            (r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}"#, &["any account"]),
            (r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:eu-west-1:210987654321:alerts"}}"#, &["210987654321"]),
            (r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:*:210987654321:*"}}"#, &["210987654321"]),
            (r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:*:*:alerts"}}"#, &["any account"]),
            (r#"{"StringEquals":{"aws:PrincipalAccount":["210987654321","123456789012"]}}"#, &["123456789012", "210987654321"]),
            (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/ci"}}"#, &["arn:aws:iam::210987654321:role/ci"]),
            (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/ci-*"}}"#, &["210987654321"]),
            (r#"{"StringLike":{"aws:userid":"AROAEXAMPLEID:*"}}"#, &["AROAEXAMPLEID:*"]),
            (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-abc"}}"#, &["anyone"]),
            (r#"{"StringNotEquals":{"aws:PrincipalAccount":"210987654321"}}"#, &["anyone"]),
            (r#"{"Null":{"aws:PrincipalOrgID":"false"}}"#, &["any account"]),
            (r#"{"StringEquals":{"aws:SourceOrgID":"o-abc"}}"#, &["o-abc"]),
            (r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc/r-1/ou-2/*"}}"#, &["o-abc"]),
            (r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}"#, &["123456789012"]),
            (r#"{"StringLike":{"aws:PrincipalOrgID":"*"}}"#, &["any account"]),
            (r#"{"StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]}}"#, &["network: aws:SourceVpc is vpc-1 or vpc-2"]),
        ];
        for (condition, expected) in cases {
            assert_eq!(invokers(&star(condition)), expected, "{condition}");
        }
    }

    #[test]
    fn services_and_for_whom_they_act() {
        let cases: [(&str, &str, &str); 7] = [
            ("s3.amazonaws.com", r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}"#, "s3.amazonaws.com for anyone"),
            ("s3.amazonaws.com", r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"}}"#, "s3.amazonaws.com"),
            (
                "events.amazonaws.com",
                r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:events:eu-west-1:123456789012:rule/x"}}"#,
                "events.amazonaws.com",
            ),
            ("events.amazonaws.com", r#"{"StringEquals":{"aws:SourceOrgID":"o-abc"}}"#, "events.amazonaws.com"),
            ("alexa-appkit.amazon.com", r#"{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}}"#, "alexa-appkit.amazon.com"),
            ("secretsmanager.amazonaws.com", "", "secretsmanager.amazonaws.com for anyone"),
            ("sns.amazonaws.com", r#"{"StringLike":{"aws:SourceAccount":"*"}}"#, "sns.amazonaws.com for anyone"),
        ];
        for (name, condition, expected) in cases {
            assert_eq!(invokers(&service(name, condition)), [expected], "{name} {condition}");
        }
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"123456789012"}}}"#;
        assert_eq!(invokers(&format!("[{},{deny}]", service("s3.amazonaws.com", ""))), ["s3.amazonaws.com"]);
    }

    #[test]
    fn the_words_name_what_binds_and_nothing_else() {
        let words = |statements: &str| {
            let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#)).expect("a policy");
            audience(&document, &["lambda:InvokeFunction"], &Arn::new(FUNCTION)).remove(0).conditions
        };
        assert_eq!(words(&star(r#"{"Bool":{"aws:SecureTransport":"true"}}"#)), [""; 0]);
        assert_eq!(words(&star(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#)), ["only if aws:SourceIp is in 203.0.113.7/32"]);
        let plain = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
        assert_eq!(words(&format!("[{},{plain}]", star(""))), [""; 0]);
    }

    #[test]
    fn denies_of_other_actions_and_resources_take_nothing_away() {
        for deny in [
            r#"{"Effect":"Deny","Principal":"*","Action":"lambda:GetFunction","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:other"}"#,
            r#"{"Effect":"Deny","Principal":{"AWS":"210987654321"},"Action":"lambda:*","Resource":"*"}"#,
        ] {
            assert_eq!(invokers(&format!("[{},{deny}]", star(""))), ["anyone"], "{deny}");
        }
        let unless = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/x"}}}"#;
        assert_eq!(invokers(&format!("[{},{unless}]", star(""))), ["arn:aws:iam::123456789012:role/x"]);
        let all_but_one = r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/x"},"Action":"*","Resource":"*"}"#;
        assert_eq!(invokers(&format!("[{},{all_but_one}]", star(""))), ["arn:aws:iam::123456789012:role/x"]);
    }

    #[test]
    fn keys_and_roles_have_audiences_too() {
        let whom = |statement: &str, action: &str, resource: &str| {
            let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)).expect("a policy");
            audience(&document, &[action], &Arn::new(resource)).iter().map(|reach| short(&reach.audience)).collect::<Vec<_>>()
        };
        let key = |condition: &str| {
            let statement =
                format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":"kms:*","Resource":"*","Condition":{condition}}}"#);
            whom(&statement, "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/k")
        };
        let via = r#""kms:ViaService":"s3.eu-west-1.amazonaws.com""#;
        assert_eq!(key(&format!(r#"{{"StringEquals":{{"kms:CallerAccount":"123456789012",{via}}}}}"#)), ["123456789012"]);
        assert_eq!(key(&format!(r#"{{"StringEquals":{{{via}}}}}"#)), ["any account"]);
        assert_eq!(key("{}"), ["anyone"]);
        let trust = |principal: &str, condition: &str| {
            let statement = format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole*","Condition":{condition}}}"#);
            whom(&statement, "sts:AssumeRole", "arn:aws:iam::123456789012:role/r")
        };
        assert_eq!(trust(r#"{"AWS":"*"}"#, r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#), ["123456789012"]);
        assert_eq!(trust(r#"{"AWS":"arn:aws:iam::210987654321:user/u"}"#, "{}"), ["arn:aws:iam::210987654321:user/u"]);
        assert_eq!(
            trust(r#"{"AWS":"arn:aws:iam::210987654321:root"}"#, r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ci"}}"#),
            ["210987654321"]
        );
        assert_eq!(trust(r#"{"Federated":"cognito-identity.amazonaws.com"}"#, "{}"), ["cognito-identity.amazonaws.com"]);
        assert_eq!(trust(r#"{"AWS":"AROAGONE"}"#, "{}"), ["AROAGONE"]);
    }

    #[test]
    fn patterns_of_actions_find_every_statement_that_grants_some() {
        let document = Document::parse(
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":["kms:Decrypt","kms:Describe*","s3:*"],"Resource":"*"}]}"#,
        )
        .expect("a policy");
        let reaches = audience(&document, &["kms:*"], &Arn::new("arn:aws:kms:eu-west-1:123456789012:key/1"));
        assert_eq!(reaches.len(), 1);
        assert_eq!(reaches[0].actions, ["kms:Decrypt", "kms:Describe*"]);
    }
}
