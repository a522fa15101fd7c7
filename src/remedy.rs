//! A remediation as data: preview, copy and undo are readers of a [`Plan`].

use serde::Serialize;

use crate::model::text;

/// How much a person has to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// Reversible, complete, ready to run.
    OneKey,
    /// Ready to run once the blanks are filled in.
    Prompt,
    /// Needs a change of code, template or mind.
    Guided,
}

impl Effort {
    /// By how much a gain is divided to compare fixes: a key, a decision, an afternoon.
    pub const fn cost(self) -> f64 {
        match self {
            Self::OneKey => 1.0,
            Self::Prompt => 2.0,
            Self::Guided => 5.0,
        }
    }

    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OneKey => "one-key",
            Self::Prompt => "prompt",
            Self::Guided => "guided",
        }
    }
}

/// What can go wrong when the plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing that worked before stops working for a legitimate caller.
    Safe,
    /// Somebody legitimate may be locked out: look first.
    Careful,
    /// Test before, and watch after.
    Manual,
}

impl Risk {
    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Careful => "careful",
            Self::Manual => "manual",
        }
    }
}

/// A remediation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One sentence: what it does.
    pub summary: String,
    /// How much a person has to add.
    pub effort: Effort,
    /// What can go wrong.
    pub risk: Risk,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// How to take it back, in order; empty when there is nothing to take back or no way.
    pub undo: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A call to AWS.
    Call(Call),
    /// Something only a person can do, in one sentence.
    Advice(String),
}

/// A call to AWS, as data: becomes a command line here, and a request elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The AWS CLI's name of the service.
    pub service: &'static str,
    /// The AWS CLI's name of the operation.
    pub operation: &'static str,
    /// Region; empty for global services.
    pub region: String,
    /// Option and value, in order.
    pub arguments: Vec<(&'static str, Argument)>,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A value that is known.
    Value(String),
    /// A value that a person has to give: what it is, such as `origin`.
    Ask(&'static str),
    /// An option without a value.
    Flag,
}

impl Plan {
    /// A plan of calls.
    pub fn new(effort: Effort, risk: Risk, summary: impl Into<String>) -> Self {
        Self { summary: text::clean(&summary.into()).into_owned(), effort, risk, steps: Vec::new(), undo: Vec::new() }
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Adds a step of the way back.
    #[must_use]
    pub fn undo(mut self, step: impl Into<Step>) -> Self {
        self.undo.push(step.into());
        self
    }

    /// The steps as lines for a shell; advice as comments.
    pub fn commands(&self) -> Vec<String> {
        self.steps.iter().map(Step::line).collect()
    }

    /// The way back as lines for a shell.
    pub fn undo_commands(&self) -> Vec<String> {
        self.undo.iter().map(Step::line).collect()
    }

    /// The IAM actions that carrying it out needs, sorted.
    pub fn actions(&self) -> Vec<String> {
        let mut actions: Vec<String> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Call(call) => Some(call.action()),
                Step::Advice(_) => None,
            })
            .collect();
        actions.sort();
        actions.dedup();
        actions
    }
}

impl Step {
    /// The step as one line for a shell.
    pub fn line(&self) -> String {
        match self {
            Self::Call(call) => call.command(),
            Self::Advice(advice) => format!("# {}", text::clean(advice)),
        }
    }
}

impl From<Call> for Step {
    fn from(call: Call) -> Self {
        Self::Call(call)
    }
}

impl From<&str> for Step {
    fn from(advice: &str) -> Self {
        Self::Advice(advice.to_owned())
    }
}

impl From<String> for Step {
    fn from(advice: String) -> Self {
        Self::Advice(advice)
    }
}

impl Call {
    /// A call without arguments yet.
    pub fn new(service: &'static str, operation: &'static str, region: impl Into<String>) -> Self {
        Self { service, operation, region: region.into(), arguments: Vec::new() }
    }

    /// Adds an option with a known value.
    #[must_use]
    pub fn with(mut self, option: &'static str, value: impl Into<String>) -> Self {
        self.arguments.push((option, Argument::Value(value.into())));
        self
    }

    /// Adds an option whose value a person has to give.
    #[must_use]
    pub fn ask(mut self, option: &'static str, what: &'static str) -> Self {
        self.arguments.push((option, Argument::Ask(what)));
        self
    }

    /// Adds an option without a value.
    #[must_use]
    pub fn flag(mut self, option: &'static str) -> Self {
        self.arguments.push((option, Argument::Flag));
        self
    }

    /// The AWS CLI command, every argument quoted.
    pub fn command(&self) -> String {
        let mut command = format!("aws {} {}", self.service, self.operation);
        for (option, argument) in &self.arguments {
            command.push_str(" --");
            command.push_str(option);
            match argument {
                Argument::Value(value) => {
                    command.push(' ');
                    command.push_str(&quote(value));
                }
                Argument::Ask(what) => {
                    command.push(' ');
                    command.push_str(&quote(&format!("<{what}>")));
                }
                Argument::Flag => {}
            }
        }
        if !self.region.is_empty() {
            command.push_str(" --region ");
            command.push_str(&quote(&self.region));
        }
        command
    }

    /// The IAM action it needs: the operation in Pascal case under the service's namespace.
    pub fn action(&self) -> String {
        let operation: String = self
            .operation
            .split('-')
            .map(|word| {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
            })
            .collect();
        // The AWS CLI has names of its own for some services.
        let service = match self.service {
            "s3api" => "s3",
            "accessanalyzer" => "access-analyzer",
            "configservice" => "config",
            "stepfunctions" => "states",
            "lambda-web" | "lambda-microvms" => "lambda",
            service => service,
        };
        format!("{service}:{operation}")
    }
}

/// An IAM policy that allows `actions` on everything: what a reader who is missing them needs, ready to paste.
pub fn grant(sid: &str, actions: &[impl AsRef<str>]) -> String {
    // Written out, for people read it: the elements come in the order that AWS's own documents have.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let actions: Vec<String> = actions.iter().map(|action| format!("        {}", quoted(action.as_ref()))).collect();
    format!(
        r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": {},
      "Effect": "Allow",
      "Action": [
{}
      ],
      "Resource": "*"
    }}
  ]
}}"#,
        quoted(sid),
        actions.join(",\n")
    )
}

/// Quotes `argument` for a POSIX shell: the one function that does so.
///
/// What would be hostile on a terminal cannot be part of any AWS name, so it is replaced, and a command that
/// carries it fails instead of doing something else.
pub fn quote(argument: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '+' | '@' | '%');
    let cleaned: String = argument.chars().map(|c| if text::is_hostile(c) && c != '\n' { '\u{FFFD}' } else { c }).collect();
    if !cleaned.is_empty() && cleaned.chars().all(safe) { cleaned } else { format!("'{}'", cleaned.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_quoted() {
        let call =
            Call::new("lambda", "remove-permission", "eu-west-1").with("function-name", "a'; rm -rf $HOME #").with("statement-id", "ok-1");
        assert_eq!(
            call.command(),
            r"aws lambda remove-permission --function-name 'a'\''; rm -rf $HOME #' --statement-id ok-1 --region eu-west-1"
        );
        assert_eq!(call.action(), "lambda:RemovePermission");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("a\u{1b}[0m"), "'a\u{FFFD}[0m'");
    }

    #[test]
    fn a_grant_is_a_policy() {
        let policy: serde_json::Value = serde_json::from_str(&grant("Read", &["kms:ListKeys", "a\"b"])).unwrap();
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["kms:ListKeys", "a\"b"]));
        assert_eq!(policy["Version"], "2012-10-17");
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for hostile in ["$(id)", "`id`", "a b", "'", "\"", "\\", "a\nb", "*", "~", "-n", "日本", "!x", "#"] {
            let output = std::process::Command::new("sh").arg("-c").arg(format!("printf %s {}", quote(hostile))).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), hostile);
        }
    }
}
