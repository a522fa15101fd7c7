//! A decision as a line of JSON: a request with every policy that bears on it.

use std::sync::Arc;

use super::{
    Caller, Document, Keyring, Named, Outcome, PolicySet, Request, Value, decide,
    json::{Node, Value as Json},
};

/// Longer lines are not read: a case of AWS's own sizes is a hundred times shorter.
const LONGEST: usize = 16 << 20;

/// A request with every policy that bears on it, and perhaps what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the case is called.
    pub id: String,
    /// The request.
    pub request: Request,
    /// The policies.
    pub policies: PolicySet,
    /// Whether nothing is said of the context: `null`.
    pub blind: bool,
    /// What is expected, in words like those of [`Case::decide`].
    pub expect: Option<String>,
    /// The kinds of policies that are expected to stand in the way.
    pub blocked_by: Vec<String>,
}

impl Case {
    /// Reads a line.
    ///
    /// # Errors
    /// In words, when it is no case, or when one of its policies is no policy.
    pub fn parse(line: &str) -> Result<Self, String> {
        if line.len() > LONGEST {
            return Err(format!("{} bytes are too many for a case", line.len()));
        }
        let mut case = Node::parse(line).map_err(|malformed| malformed.message)?;
        // Policies are moved out, not copied.
        let mut take = |name: &str| match &mut case.value {
            Json::Object(members) => {
                let node = members.iter_mut().find(|(key, _)| key == name).map(|(_, node)| &mut node.value);
                node.map(|value| std::mem::replace(value, Json::Null)).filter(|value| *value != Json::Null)
            }
            _ => None,
        };
        let policies = PolicySet {
            identity: documents("identity", take("identity"))?.unwrap_or_default(),
            boundary: documents("boundary", take("boundary"))?,
            session: take("session").map(|value| document("session", value)).transpose()?,
            resource: take("resourcePolicy").map(|value| document("resourcePolicy", value)).transpose()?,
            scp: levels("scp", take("scp"))?,
            rcp: levels("rcp", take("rcp"))?,
            endpoint: documents("vpce", take("vpce"))?,
            caller_side_only: false,
        };
        let case = Members::of(&case, "a case")?;
        let given = Members::of(case.required("request")?, "request")?;
        let context = given.required("context")?;
        let request = Request {
            caller: caller(given.required("principal")?)?,
            action: text(given.required("action")?, "action")?.to_owned(),
            resource: text(given.required("resource")?, "resource")?.to_owned(),
            resource_account: given.get("resourceAccount").map(|node| text(node, "resourceAccount").map(str::to_owned)).transpose()?,
            context: keys(context)?,
        };
        let words = |node: &Node| list("blockedBy", node)?.iter().map(|word| text(word, "blockedBy").map(str::to_owned)).collect();
        Ok(Self {
            id: text(case.required("id")?, "id")?.to_owned(),
            request,
            policies,
            blind: context.value == Json::Null,
            expect: case.get("expect").map(|node| text(node, "expect").map(str::to_owned)).transpose()?,
            blocked_by: case.get("blockedBy").map(words).transpose()?.unwrap_or_default(),
        })
    }

    /// What comes out, in a word: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied` or `conditional`; without a context
    /// `always`, `never` or `conditional`.
    pub fn decide(&self) -> &'static str {
        match (decide(&self.request, &self.policies).outcome, self.blind) {
            (Outcome::Conditional, _) => Outcome::Conditional.word(),
            (Outcome::Allowed, true) => "always",
            (_, true) => "never",
            (outcome, false) => outcome.word(),
        }
    }
}

/// The members of an object.
struct Members<'a>(&'a [(String, Node)]);

impl<'a> Members<'a> {
    fn of(node: &'a Node, what: &str) -> Result<Self, String> {
        match &node.value {
            Json::Object(members) => Ok(Self(members)),
            _ => Err(format!("{what} is an object, not {}", node.kind())),
        }
    }

    /// A member; one that is null is as good as none.
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.0.iter().find(|(name, node)| name == key && node.value != Json::Null).map(|(_, node)| node)
    }

    /// A member that must be there, and may be null.
    fn required(&self, key: &str) -> Result<&'a Node, String> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, node)| node).ok_or_else(|| format!("there is no {key:?}"))
    }
}

fn text<'a>(node: &'a Node, what: &str) -> Result<&'a str, String> {
    match &node.value {
        Json::Text(text) => Ok(text),
        _ => Err(format!("{what} is a string, not {}", node.kind())),
    }
}

fn list<'a>(what: &str, node: &'a Node) -> Result<&'a [Node], String> {
    match &node.value {
        Json::Array(items) => Ok(items),
        _ => Err(format!("{what} is a list, not {}", node.kind())),
    }
}

/// An ARN, the name of a service, or `{"type": "Anonymous"}`.
fn caller(node: &Node) -> Result<Caller, String> {
    if let Json::Text(name) = &node.value {
        return Ok(Caller::named(name));
    }
    match text(Members::of(node, "principal")?.required("type")?, "type")? {
        "Anonymous" => Ok(Caller::Anonymous),
        other => Err(format!("there is no principal of type {other:?}, only \"Anonymous\"")),
    }
}

/// All the keys that there are, each a text or a list of them; null when nothing is known of them.
fn keys(node: &Node) -> Result<Keyring, String> {
    if node.value == Json::Null {
        return Ok(Keyring::unknown());
    }
    let mut context = Keyring::complete();
    for (key, node) in Members::of(node, "context")?.0 {
        if context.sets(key) {
            return Err(format!("the context key {key:?} stands there twice: upper and lower case are one"));
        }
        let value = match &node.value {
            Json::Array(items) => Value::Many(items.iter().map(|item| text(item, key).map(str::to_owned)).collect::<Result<_, _>>()?),
            _ => Value::One(text(node, key)?.to_owned()),
        };
        context.set(key, value);
    }
    Ok(context)
}

fn items(name: &str, value: Json) -> Result<Vec<Node>, String> {
    match value {
        Json::Array(items) => Ok(items),
        other => Err(format!("{name} is a list, not {}", Node { line: 1, value: other }.kind())),
    }
}

fn documents(name: &str, value: Option<Json>) -> Result<Option<Vec<Named>>, String> {
    value.map(|value| items(name, value)?.into_iter().map(|node| document(name, node.value)).collect()).transpose()
}

fn levels(name: &str, value: Option<Json>) -> Result<Vec<Vec<Named>>, String> {
    let levels = value.map(|value| items(name, value)).transpose()?.unwrap_or_default();
    levels.into_iter().map(|level| Ok(documents(name, Some(level.value))?.unwrap_or_default())).collect()
}

fn document(name: &str, value: Json) -> Result<Named, String> {
    let document = Document::of(Arc::new(Node { line: 1, value })).map_err(|malformed| format!("{name}: {}", malformed.message))?;
    Ok(Named::new(name, document))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#""request":{"principal":"s3.amazonaws.com","action":"lambda:InvokeFunction","resource":"arn:aws:lambda:r:1:function:f","context":null}"#;

    #[test]
    fn what_is_no_case_says_why() {
        let cases = [
            ("", "ends"),
            ("[]", "a case is an object"),
            (r#"{"id":"x"}"#, "\"request\""),
            (&format!(r#"{{"id":7,{REQUEST}}}"#), "id is a string"),
            (&format!(r#"{{"id":"x","id":"y",{REQUEST}}}"#), "twice"),
            (&format!(r#"{{"id":"x",{}}}"#, REQUEST.replace(r#","context":null"#, "")), "\"context\""),
            (&format!(r#"{{"id":"x",{}}}"#, REQUEST.replace("null", r#"{"k":1}"#)), "k is a string, not a number"),
            (&format!(r#"{{"id":"x",{}}}"#, REQUEST.replace("null", r#"{"k":"1","K":"2"}"#)), "twice"),
            (&format!(r#"{{"id":"x",{}}}"#, REQUEST.replace(r#""s3.amazonaws.com""#, r#"{"type":"Root"}"#)), "Anonymous"),
            (&format!(r#"{{"id":"x",{REQUEST},"identity":[{{"Statement":7}}]}}"#), "identity: a statement is an object"),
            (&format!(r#"{{"id":"x",{REQUEST},"scp":[[{{}}]]}}"#), "scp: a policy needs a Statement"),
            (&format!(r#"{{"id":"x",{REQUEST},"vpce":{}"#, "[".repeat(10_000)), "too deep"),
            (&" ".repeat(LONGEST + 1), "too many"),
        ];
        for (line, words) in cases {
            let error = Case::parse(line).expect_err(line);
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn without_a_context_the_answer_is_for_every_context() {
        let case = |statement: &str| {
            let line = format!(r#"{{"id":"x",{REQUEST},"resourcePolicy":{{"Statement":{statement}}},"boundary":null}}"#);
            Case::parse(&line).expect("a case").decide()
        };
        let allow = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:*","Resource":"*"}"#;
        assert_eq!(case(allow), "always");
        assert_eq!(case("[]"), "never");
        let bound = allow.replace(r#""Resource""#, r#""Condition":{"StringEquals":{"aws:SourceAccount":"1"}},"Resource""#);
        assert_eq!(case(&bound), "conditional");
    }
}
