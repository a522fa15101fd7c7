//! A policy document, as AWS really stores it.

use std::sync::Arc;

use super::{
    condition::Condition,
    glob::ActionPattern,
    json::{Node, Value},
    principal::{Principal, Principals},
    template::{ResourcePattern, Version},
};

/// The largest text that is read as a policy; AWS's own limits are far below.
const LARGEST: usize = 1 << 20;

/// A parsed policy document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its statements in order.
    pub statements: Vec<Arc<Statement>>,
    source: Arc<Node>,
}

/// `Effect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Takes away, whatever grants.
    Deny,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    pub(super) not_action: bool,
    pub(super) actions: Vec<ActionPattern>,
    pub(super) not_resource: bool,
    /// None in trust policies, which stand for the role they belong to.
    pub(super) resources: Option<Vec<ResourcePattern>>,
    /// Whether variables stand in its resources.
    pub(super) variable: bool,
    pub(super) principals: Option<Principals>,
    pub(super) conditions: Vec<Condition>,
    source: Arc<Node>,
    /// Its place in the list of statements; none when the document has a single object.
    index: Option<usize>,
    line: u32,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Malformed {
    /// Line in the text, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl Document {
    /// Reads a policy.
    ///
    /// # Errors
    /// When the text is no JSON or no policy.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > LARGEST {
            return Err(Malformed { line: 1, message: format!("{} bytes are too many for a policy", text.len()) });
        }
        Self::of(Arc::new(Node::parse(text)?))
    }

    /// Reads a policy that was parsed already.
    pub(super) fn of(source: Arc<Node>) -> Result<Self, Malformed> {
        let members = object(&source, "a policy", &["Version", "Id", "Statement"])?;
        let version = match member(members, "Version") {
            None => Version::Old,
            Some(node) => match string(node, "Version")? {
                "2012-10-17" => Version::Variables,
                "2008-10-17" => Version::Old,
                other => return Err(node.error(format!("Version {other:?} does not exist"))),
            },
        };
        let statement = member(members, "Statement").ok_or_else(|| source.error("a policy needs a Statement"))?;
        // Lines of the pretty-printed text: the brace, then the members before this one.
        let mut line = 2 + members.iter().take_while(|(key, _)| key != "Statement").map(|(_, node)| node.height()).sum::<usize>();
        let mut statements = Vec::new();
        match &statement.value {
            Value::Array(items) => {
                line += 1;
                for (index, item) in items.iter().enumerate() {
                    statements.push(Arc::new(Statement::read(item, version, &source, Some(index), line)?));
                    line += item.height();
                }
            }
            _ => statements.push(Arc::new(Statement::read(statement, version, &source, None, line)?)),
        }
        Ok(Self { statements, source })
    }

    /// The JSON it was read from.
    pub(super) fn source(&self) -> &Node {
        &self.source
    }

    /// The document with only what it denies.
    pub(super) fn without_allows(&self) -> Self {
        let statements = self.statements.iter().filter(|statement| !statement.is_allow()).cloned().collect();
        Self { statements, source: Arc::clone(&self.source) }
    }

    /// The document, pretty-printed: the text in which [`Statement::line`] counts.
    pub fn pretty(&self) -> String {
        self.source.pretty()
    }
}

impl Statement {
    fn read(node: &Node, version: Version, source: &Arc<Node>, index: Option<usize>, line: usize) -> Result<Self, Malformed> {
        let members = object(
            node,
            "a statement",
            &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"],
        )?;
        let sid = member(members, "Sid").map(|node| string(node, "Sid").map(str::to_owned)).transpose()?;
        let effect = member(members, "Effect").ok_or_else(|| node.error("a statement needs an Effect"))?;
        let effect = match string(effect, "Effect")? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return Err(effect.error(format!("Effect {other:?} is neither Allow nor Deny"))),
        };
        let (not_action, actions) =
            either(node, members, "Action", "NotAction")?.ok_or_else(|| node.error("a statement needs an Action or a NotAction"))?;
        let actions = strings(actions, "Action")?.into_iter().map(ActionPattern::new).collect();
        let (not_resource, resources) = match either(node, members, "Resource", "NotResource")? {
            None => (false, None),
            Some((not, resources)) => {
                let patterns = strings(resources, "Resource")?.into_iter().map(|text| ResourcePattern::new(text, version)).collect();
                (not, Some(patterns))
            }
        };
        let principals = match either(node, members, "Principal", "NotPrincipal")? {
            None => None,
            Some((not, node)) => Some(Principals { not, entries: principals(node)? }),
        };
        let conditions = match member(members, "Condition") {
            None => Vec::new(),
            Some(node) => conditions(node, version)?,
        };
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Ok(Self {
            sid,
            effect,
            not_action,
            actions,
            not_resource,
            variable: resources.iter().flatten().any(|pattern: &ResourcePattern| pattern.template().fixed().is_none()),
            resources,
            principals,
            conditions,
            source: Arc::clone(source),
            index,
            line,
        })
    }

    /// JSON pointer to the statement, such as `/Statement/0`; `/Statement` when the document has a single object.
    pub fn pointer(&self) -> String {
        match self.index {
            Some(index) => format!("/Statement/{index}"),
            None => "/Statement".to_owned(),
        }
    }

    /// The statement's own JSON, pretty-printed.
    pub fn json(&self) -> String {
        let Value::Object(members) = &self.source.value else { return String::new() };
        let Some(statement) = member(members, "Statement") else { return String::new() };
        match (&statement.value, self.index) {
            (Value::Array(items), Some(index)) => items.get(index).map(Node::pretty).unwrap_or_default(),
            _ => statement.pretty(),
        }
    }

    /// The line on which it begins in the pretty-printed document, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Whether it grants.
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// The patterns of `Action` or `NotAction`, as written.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.iter().map(|pattern| pattern.text.as_str())
    }

    /// Whether the actions are those it does *not* speak of.
    pub const fn is_not_action(&self) -> bool {
        self.not_action
    }

    /// The patterns of `Resource` or `NotResource`, as written; none in a trust policy.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().flatten().map(ResourcePattern::text)
    }

    /// Whether the resources are those it does *not* speak of.
    pub const fn is_not_resource(&self) -> bool {
        self.not_resource
    }

    /// Whom `Principal` or `NotPrincipal` names; nobody in an identity policy.
    pub fn principals(&self) -> &[Principal] {
        self.principals.as_ref().map(|principals| principals.entries.as_slice()).unwrap_or_default()
    }

    /// Whether the principals are those it does *not* speak of.
    pub fn is_not_principal(&self) -> bool {
        self.principals.as_ref().is_some_and(|principals| principals.not)
    }

    /// Its conditions, all of which must hold.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

fn member<'a>(members: &'a [(String, Node)], key: &str) -> Option<&'a Node> {
    members.iter().find(|(name, _)| name == key).map(|(_, node)| node)
}

/// The members of an object. An element that is written in another case than AWS writes it is an error:
/// nobody knows whether it counts.
fn object<'a>(node: &'a Node, what: &str, elements: &[&str]) -> Result<&'a [(String, Node)], Malformed> {
    let Value::Object(members) = &node.value else {
        return Err(node.error(format!("{what} is an object, not {}", node.kind())));
    };
    for (key, value) in members {
        if let Some(element) = elements.iter().find(|element| key != *element && key.eq_ignore_ascii_case(element)) {
            return Err(value.error(format!("{key:?} should be {element}")));
        }
    }
    Ok(members)
}

fn either<'a>(node: &Node, members: &'a [(String, Node)], plain: &str, not: &str) -> Result<Option<(bool, &'a Node)>, Malformed> {
    match (member(members, plain), member(members, not)) {
        (Some(_), Some(_)) => Err(node.error(format!("a statement has {plain} or {not}, not both"))),
        (Some(node), None) => Ok(Some((false, node))),
        (None, Some(node)) => Ok(Some((true, node))),
        (None, None) => Ok(None),
    }
}

fn string<'a>(node: &'a Node, what: &str) -> Result<&'a str, Malformed> {
    match &node.value {
        Value::Text(text) => Ok(text),
        _ => Err(node.error(format!("{what} is a string, not {}", node.kind()))),
    }
}

fn strings<'a>(node: &'a Node, what: &str) -> Result<Vec<&'a str>, Malformed> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| string(item, what)).collect(),
        _ => Ok(vec![string(node, what)?]),
    }
}

fn principals(node: &Node) -> Result<Vec<Principal>, Malformed> {
    let members = match &node.value {
        Value::Text(text) if text == "*" => return Ok(vec![Principal::Anyone]),
        // AWS never stores an account or ARN without its kind, an emulator does: a grant is no less one for that.
        Value::Text(text) if text.starts_with("arn:") || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())) => {
            return Ok(Principal::new("AWS", text).into_iter().collect());
        }
        Value::Object(members) => members,
        _ => return Err(node.error("a Principal is \"*\" or an object of kinds of principals")),
    };
    let mut entries = Vec::new();
    for (kind, node) in members {
        for value in strings(node, kind)? {
            entries.push(Principal::new(kind, value).ok_or_else(|| node.error(format!("{kind:?} is no kind of principal")))?);
        }
    }
    Ok(entries)
}

fn conditions(node: &Node, version: Version) -> Result<Vec<Condition>, Malformed> {
    let mut conditions = Vec::new();
    for (operator, node) in object(node, "a Condition", &[])? {
        for (key, node) in object(node, operator, &[])? {
            let values = match &node.value {
                Value::Array(items) => items.iter().map(scalar).collect::<Result<_, _>>()?,
                _ => vec![scalar(node)?],
            };
            conditions.push(Condition::new(operator, key, values, version));
        }
    }
    Ok(conditions)
}

/// A value of a condition: AWS also takes booleans and numbers, and compares them as text.
fn scalar(node: &Node) -> Result<String, Malformed> {
    match &node.value {
        Value::Text(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(value) => Ok(value.to_string()),
        _ => Err(node.error(format!("a condition compares with a string, not with {}", node.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_policy_say_where() {
        let cases = [
            ("", 1, "ends"),
            ("[]", 1, "object"),
            ("{}", 1, "needs a Statement"),
            ("nonsense", 1, "no JSON"),
            ("{\"Statement\":[]} x", 1, "follows"),
            ("{\n\"Statement\": [\n{\"Effect\": \"allow\", \"Action\": \"*\"}]}", 3, "neither Allow nor Deny"),
            ("{\n\"Statement\":\n{\"Effect\": \"Allow\",\n \"Action\": 7}}", 4, "a string, not a number"),
            ("{\"Statement\":{\"Effect\":\"Allow\"}}", 1, "Action or a NotAction"),
            ("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"x\"}}", 1, "not both"),
            ("{\"Statement\":{\"Effect\":\"Allow\",\"Effect\":\"Deny\",\"Action\":\"*\"}}", 1, "twice"),
            ("{\"Statement\":{\"effect\":\"Allow\",\"Action\":\"*\"}}", 1, "should be Effect"),
            ("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Condition\":{\"Bool\":{\"k\":null}}}}", 1, "null"),
            ("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principal\":\"everyone\"}}", 1, "Principal"),
            ("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principal\":{\"Everyone\":\"*\"}}}", 1, "kind of principal"),
            ("{\"Version\":\"2024-01-01\",\"Statement\":[]}", 1, "does not exist"),
            ("{\"Statement\":[],\"Id\":\"\\ud800\"}", 1, "escapes"),
            ("{\"Statement\":[],\"Id\":\"x", 1, "no end"),
        ];
        for (text, line, words) in cases {
            let malformed = Document::parse(text).expect_err(text);
            assert_eq!(malformed.line, line, "{text}");
            assert!(malformed.message.contains(words), "{text}: {malformed}");
        }
    }

    #[test]
    fn depth_and_size_have_an_end() {
        assert!(Document::parse(&"[".repeat(100_000)).expect_err("deep").message.contains("deep"));
        assert!(Document::parse(&" ".repeat(LARGEST + 1)).is_err());
    }

    #[test]
    fn every_shape_that_aws_stores_is_read() {
        let document = Document::parse(
            r#"{"Version":"2012-10-17","Id":"default","Note":{"x":[1,{"y":null}]},"Statement":[
                {"Sid":"a","Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::1:root","AIDAX","*"],"Service":"s3.amazonaws.com",
                 "Federated":"cognito-identity.amazonaws.com","CanonicalUser":"79a5"},"Action":"lambda:*","Resource":["a","b"],
                 "Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"s3:max-keys":[3,"4"]},"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":[]}}},
                {"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":["a:b"],"NotResource":"*"}]}"#,
        )
        .expect("a policy");
        let [first, second] = document.statements.as_slice() else { panic!("two statements") };
        assert_eq!(first.sid.as_deref(), Some("a"));
        assert_eq!(first.principals().len(), 7);
        assert_eq!(first.principals()[1], Principal::Account("1".to_owned()));
        assert_eq!(first.principals()[3], Principal::Anyone);
        assert_eq!(first.conditions()[0].values, ["true"]);
        assert_eq!(first.conditions()[1].values, ["3", "4"]);
        assert!(first.conditions()[2].is_if_exists());
        assert!(second.is_not_action() && second.is_not_resource() && second.is_not_principal());
        assert_eq!(second.resources().collect::<Vec<_>>(), ["*"]);
    }

    #[test]
    fn a_principal_without_its_kind_is_one_of_aws() {
        let of = |principal: &str| {
            let text = format!(r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"a:b","Resource":"*"}}}}"#);
            Document::parse(&text).map(|document| document.statements[0].principals().to_vec())
        };
        assert_eq!(of(r#""123456789012""#), Ok(vec![Principal::Account("123456789012".to_owned())]));
        assert_eq!(of(r#""*""#), Ok(vec![Principal::Anyone]));
        assert!(of(r#""""#).is_err() && of(r#""everyone""#).is_err() && of("7").is_err());
    }

    #[test]
    fn lines_count_in_the_pretty_text() {
        for text in [
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:b","a:c"]},{"Sid":"two","Effect":"Deny","Action":"*","Condition":{}}]}"#,
            r#"{"Id":[{"a":[]}],"Statement":{"Sid":"two","Effect":"Deny","Action":"*"},"Version":"2012-10-17"}"#,
        ] {
            let document = Document::parse(text).expect("a policy");
            let pretty = document.pretty();
            for statement in &document.statements {
                let at = usize::try_from(statement.line()).expect("a line") - 1;
                let line = pretty.lines().nth(at).expect("a line");
                assert!(line.ends_with('{'), "{line}");
                let first = statement.json().lines().nth(1).expect("a member").trim().to_owned();
                assert_eq!(pretty.lines().nth(at + 1).map(str::trim), Some(first.as_str()));
            }
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&pretty).expect("JSON"),
                serde_json::from_str::<serde_json::Value>(text).expect("JSON")
            );
        }
        let single = Document::parse(r#"{"Statement":{"Effect":"Deny","Action":"*"}}"#).expect("a policy");
        assert_eq!(single.statements[0].pointer(), "/Statement");
        assert_eq!(
            Document::parse(&format!("{{\"Statement\":[{}]}}", single.statements[0].json())).expect("a policy").statements[0].pointer(),
            "/Statement/0"
        );
    }
}
