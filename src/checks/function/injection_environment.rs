//! FN-017: an environment variable makes the runtime load code that is not the function's.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{EnvironmentValue, Function, Gap, Source, text},
    remedy::{Call, Effort, Plan, Risk},
};

use super::layer_publishers;

pub(super) static CHECK: Check = Check {
    id: "FN-017",
    slug: "injection-environment",
    title: "No environment variable loads foreign code into the runtime",
    layer: Layer::Function,
    severity: Severity::High,
    why: "Whoever may change a function's configuration, but not its code, uses these variables with a layer to run their own code inside \
          every invocation. It stays through deployments and shows in no diff of the code.",
    how: "AWS_LAMBDA_EXEC_WRAPPER, LD_PRELOAD, LD_AUDIT, BASH_ENV, NODE_OPTIONS, JAVA_TOOL_OPTIONS, PYTHONPATH and their like are set to \
          something that loads code. By heuristic, as they have honest uses. Left alone: options that only tune, search paths \
          inside the package and its layers, and wrappers that come with the package or with a layer of AWS or of a publisher whom the \
          configuration names. A wrapper from a layer of this account is medium.",
    links: Links { csf: &["PR.PS"], owasp: &["S6"], csa: &["SAS-9"], attack: &["T1574", "T1546"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda starts the runtime with whatever variables the function has, these among them; who may set them is yours",
        avoids: &[
            "Options that only tune, such as --max-old-space-size, --dns-result-order=ipv4first or -XX:TieredStopAtLevel",
            "Search paths inside the package and its layers",
            "A wrapper in the package, or in a layer of AWS or of a publisher that the configuration names",
            "A wrapper in a layer of this account, as more than medium",
            "A variable that is set to nothing, or that only sounds alike",
        ],
        cli: "# Find in CloudTrail who last changed the configuration; the new variables replace all of the old ones.
aws lambda get-function-configuration --function-name <FUNCTION_NAME> --query Environment --region <REGION> > before.json
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --environment file://environment.json --region <REGION>",
        cloudformation: "# All variables but those that load code.
Type: AWS::Lambda::Function
Properties:
  Environment:
    Variables:
      <NAME>: <VALUE>",
        terraform: r#"# All variables but those that load code.
resource "aws_lambda_function" "<NAME>" {
  environment {
    variables = {
      <NAME> = "<VALUE>"
    }
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --environment file://before.json --region <REGION>",
    },
};

/// How a variable loads code.
enum Means {
    /// It names a program that starts the runtime.
    Wrapper,
    /// It names a library or script.
    File,
    /// It lists folders in which modules are looked for.
    Path,
    /// It gives options, of which these load code.
    Options(&'static [&'static str]),
}

const NODE: &[&str] = &[
    "-r",
    "--debug-port",
    "--env-file",
    "--experimental-loader",
    "--import",
    "--inspect",
    "--inspect-brk",
    "--inspect-port",
    "--inspect-publish-uid",
    "--inspect-wait",
    "--loader",
    "--require",
];
const JAVA: &[&str] = &["-javaagent", "-agentlib", "-agentpath", "-Xbootclasspath", "-cp", "-classpath", "--class-path", "@"];
const RUBY: &[&str] = &["-r", "-I"];

const VARIABLES: &[(&str, Means)] = &[
    ("AWS_LAMBDA_EXEC_WRAPPER", Means::Wrapper),
    ("BASH_ENV", Means::File),
    ("DOTNET_STARTUP_HOOKS", Means::File),
    ("JAVA_TOOL_OPTIONS", Means::Options(JAVA)),
    ("JDK_JAVA_OPTIONS", Means::Options(JAVA)),
    ("LD_AUDIT", Means::File),
    ("LD_PRELOAD", Means::File),
    ("NODE_OPTIONS", Means::Options(NODE)),
    ("PYTHONPATH", Means::Path),
    ("RUBYOPT", Means::Options(RUBY)),
    ("_JAVA_OPTIONS", Means::Options(JAVA)),
];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let environment = function.environment.known()?;
            let mut names = Vec::new();
            let mut evidence = Vec::new();
            let mut worst = Severity::Medium;
            for (name, means) in VARIABLES {
                let Some(value) = environment.get(*name) else { continue };
                let Some(severity) = judge(context, function, means, value)? else { continue };
                worst = worst.min(severity);
                names.push(*name);
                let shown = match value {
                    EnvironmentValue::Plain(value) => value.clone(),
                    EnvironmentValue::Redacted { length, .. } => format!("{length} bytes, not kept"),
                };
                evidence.push(Evidence::field("lambda:ListFunctions", format!("Environment.Variables.{name}"), shown));
            }
            if names.is_empty() {
                return Ok(Ruling::Pass);
            }
            let layers = function.layers.iter().map(|layer| Evidence::field("lambda:ListFunctions", "Layers", layer));
            evidence.extend(layers);
            let message = format!("{} makes {} load code beside its own", names.join(", "), function.name);
            Ok(Fault::new(message, evidence).severity(worst).heuristic().into())
        },
    )
}

/// How bad `value` is, if it loads code at all.
fn judge(context: &Context<'_>, function: &Function, means: &Means, value: &EnvironmentValue) -> Result<Option<Severity>, Gap> {
    // What is kept of a value is provably harmless as text; what is not kept can be anything.
    let EnvironmentValue::Plain(value) = value else { return Ok(Some(Severity::High)) };
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    Ok(match means {
        Means::Wrapper if in_package(value) => None,
        Means::Wrapper => {
            for layer in &function.layers {
                if value.starts_with("/opt/") && layer_publishers::is_published(context, layer)? {
                    return Ok(None);
                }
            }
            let own = value.starts_with("/opt/") && function.layers.iter().any(|layer| layer.account() == context.posture.account);
            Some(if own { Severity::Medium } else { Severity::High })
        }
        Means::File => (!value.split([':', ' ', ';']).all(|file| file.is_empty() || in_package(file))).then_some(Severity::High),
        Means::Path => (!value.split(':').all(|folder| in_package(folder) || in_layer(folder))).then_some(Severity::High),
        Means::Options(loading) => {
            value.split_ascii_whitespace().any(|option| loading.iter().any(|loads| is_option(option, loads))).then_some(Severity::High)
        }
    })
}

/// Whether `option` is `flag`, alone or with its value: `-rx`, `--require=x`, `-javaagent:x`. Node.js takes underscores for hyphens.
fn is_option(option: &str, flag: &str) -> bool {
    option.replace('_', "-").strip_prefix(flag).is_some_and(|rest| {
        let is_short = flag == "@" || (flag.len() == 2 && !flag.starts_with("--"));
        rest.is_empty() || is_short || rest.starts_with(['=', ':', '/'])
    })
}

/// Whether `path` lies in what is deployed as the function's code, or in the runtime; with `..` it may lie anywhere.
fn in_package(path: &str) -> bool {
    let relative = !path.starts_with('/');
    !path.split('/').any(|part| part == "..") && (relative || is_below(path, "/var/task") || is_below(path, "/var/runtime"))
}

/// Whether `path` lies in the layers.
fn in_layer(path: &str) -> bool {
    !path.split('/').any(|part| part == "..") && is_below(path, "/opt")
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let environment = function.environment.known().ok()?;
    let set: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).filter(|name| environment.contains_key(*name)).collect();
    let name = text::clean(&function.name);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, format!("Take the loading variables out of {name}"))
            .step(format!("Save the configuration of {name} first, and find in CloudTrail who last changed it"))
            .step(
                Call::new("lambda", "update-function-configuration", &*verdict.region)
                    .with("function-name", verdict.resource.as_str())
                    .ask("environment", "all variables but those that load code"),
            )
            .undo(format!("Set {} again as in the saved configuration: values are not part of a posture", set.join(", "))),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Confidence, Context, Ruling, Settings,
            testing::{Says, ask_with, cases, denied, with_function},
        },
        model::{Arn, EnvironmentValue, Fact, Gap, Posture},
    };

    const ADOT: &str = "arn:aws:lambda:eu-west-1:901920570463:layer:aws-otel-nodejs-amd64-ver-1-30-2:1";
    const OWN: &str = "arn:aws:lambda:eu-west-1:123456789012:layer:wrap:1";

    fn with(key: &str, value: &str, layers: &[&str]) -> Posture {
        with_function(|function| {
            function.environment = Fact::Known([(key.to_owned(), EnvironmentValue::Plain(value.to_owned()))].into());
            function.layers = layers.iter().map(|&layer| Arn::from(layer)).collect();
        })
    }

    #[test]
    fn rules() {
        let wrapper = "AWS_LAMBDA_EXEC_WRAPPER";
        cases(
            &CHECK,
            [
                ("no variables", with_function(|_| ()), Says::Pass),
                ("another variable", with("OPTIONS", "--require /opt/x.js", &[]), Says::Pass),
                ("source maps", with("NODE_OPTIONS", "--enable-source-maps --max-old-space-size=512", &[]), Says::Pass),
                ("the order of addresses", with("NODE_OPTIONS", "--dns-result-order=ipv4first --trace-warnings", &[]), Says::Pass),
                ("a debugger that waits", with("NODE_OPTIONS", "--enable-source-maps --inspect-wait", &[]), Says::Fail),
                ("a debugger, with an underscore", with("NODE_OPTIONS", "--inspect_brk=9229", &[]), Says::Fail),
                ("a module imported", with("NODE_OPTIONS", "--import=/opt/x.mjs", &[]), Says::Fail),
                ("a loader", with("NODE_OPTIONS", "--experimental-loader=/opt/x.mjs", &[]), Says::Fail),
                ("a module from a layer", with("NODE_OPTIONS", "--require /opt/x.js", &[OWN]), Says::Fail),
                ("a module, short", with("NODE_OPTIONS", "-r/opt/x.js", &[]), Says::Fail),
                ("tuning Java", with("JAVA_TOOL_OPTIONS", "-XX:+TieredCompilation -XX:TieredStopAtLevel=1", &[]), Says::Pass),
                ("a Java agent", with("JAVA_TOOL_OPTIONS", "-javaagent:/opt/agent.jar", &[]), Says::Fail),
                ("modules of the package", with("PYTHONPATH", "/var/task/lib:/opt/python", &[]), Says::Pass),
                ("modules anyone can write", with("PYTHONPATH", "/var/task:/tmp/lib", &[]), Says::Fail),
                ("modules that escape", with("PYTHONPATH", "/var/task/../../tmp", &[]), Says::Fail),
                ("a preloaded library", with("LD_PRELOAD", "/opt/lib/x.so", &[OWN]), Says::Fail),
                ("the wrapper of AWS's OpenTelemetry", with(wrapper, "/opt/otel-handler", &[ADOT]), Says::Pass),
                ("the same without its layer", with(wrapper, "/opt/otel-handler", &[]), Says::Fail),
                ("a wrapper in the package", with(wrapper, "/var/task/start", &[]), Says::Pass),
                ("a wrapper from an own layer", with(wrapper, "/opt/wrap", &[OWN]), Says::Fail),
                ("a wrapper on a shared disk", with(wrapper, "/mnt/wrap", &[ADOT]), Says::Fail),
                ("an empty value", with("LD_PRELOAD", "", &[]), Says::Pass),
                (
                    "a value that was not kept",
                    with_function(|function| {
                        let redacted = EnvironmentValue::Redacted { length: 9, fingerprint: "0".repeat(16), secret: None };
                        function.environment = Fact::Known([("NODE_OPTIONS".to_owned(), redacted)].into());
                    }),
                    Says::Fail,
                ),
                ("denied", with_function(|function| function.environment = Gap::denied("kms:Decrypt", "no").into()), Says::Unknown),
                ("unread", with_function(|function| function.environment = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn an_own_layer_is_less_than_a_strangers_and_a_named_publisher_is_none() {
        let settings = Settings::default();
        for (layer, expected) in
            [(OWN, Severity::Medium), ("arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:60", Severity::High)]
        {
            let posture = with("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrap", &[layer]);
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!((fault.severity, fault.confidence), (Some(expected), Confidence::Heuristic));
        }
        let named = Settings { layer_publishers: vec!["464622532012".to_owned()], ..Settings::default() };
        let posture =
            with("AWS_LAMBDA_EXEC_WRAPPER", "/opt/datadog_wrapper", &["arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:60"]);
        assert_eq!(ask_with(&CHECK, &posture, &named)[0].1, Says::Pass);
    }
}
