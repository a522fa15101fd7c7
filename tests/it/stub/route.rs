//! From a request to the operation it asks for: one way for each of AWS's protocols.

use super::request::Request;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// AWS's name of the operation.
    pub(crate) operation: String,
    /// The IAM actions it needs: the first refuses the call, the others refuse a part of the answer.
    pub(crate) actions: Vec<String>,
    /// The resource asked for; empty for lists.
    pub(crate) name: String,
}

impl Asked {
    /// One whose IAM action is called like the operation, as most are.
    fn new(prefix: &str, operation: &str, name: &str) -> Self {
        Self { operation: operation.to_owned(), actions: vec![format!("{prefix}:{operation}")], name: name.to_owned() }
    }

    /// The same with another IAM action: all of API Gateway is `apigateway:GET`.
    pub(super) fn by(mut self, action: &str) -> Self {
        self.actions = vec![action.to_owned()];
        self
    }

    /// The same with one more IAM action if it is this operation: `GetFunction` gives tags to whoever may list them.
    pub(super) fn also(mut self, operation: &str, action: &str) -> Self {
        if self.operation == operation {
            self.actions.push(action.to_owned());
        }
        self
    }
}

/// awsJson and rpc-v2-cbor: the operation is in a header or at the end of the path; the resource is in the first of `names`
/// that is there.
pub(super) fn rpc(request: &Request, prefix: &str, names: &[&str]) -> Option<Asked> {
    let by_path = || request.path.strip_prefix("/service/")?.split_once("/operation/").map(|(_, operation)| operation);
    let operation = match request.header("x-amz-target") {
        Some(target) => target.rsplit('.').next()?,
        None => by_path()?,
    };
    Some(Asked::new(prefix, operation, named(request, names)))
}

/// awsQuery: the operation is in the form.
pub(super) fn query(request: &Request, prefix: &str, names: &[&str]) -> Option<Asked> {
    Some(Asked::new(prefix, request.parameter("Action")?, named(request, names)))
}

/// restJson and restXml: the operation is one of `routes`, method and path with `{}` for what is named there and `*` for
/// what else varies; `{+}` takes all that follows. A key after `?` has to be in the query.
pub(super) fn rest(request: &Request, prefix: &str, routes: &[(&str, &str)]) -> Option<Asked> {
    let segments = request.segments();
    routes.iter().find_map(|(route, operation)| {
        let name = matches(request, &segments, route)?;
        Some(Asked::new(prefix, operation, &name))
    })
}

fn named<'a>(request: &'a Request, names: &[&str]) -> &'a str {
    names.iter().find_map(|name| request.parameter(name)).unwrap_or_default()
}

/// What `route` names, if the request takes it.
fn matches(request: &Request, segments: &[String], route: &str) -> Option<String> {
    let (method, path) = route.split_once(' ')?;
    let (path, key) = path.split_once('?').map_or((path, None), |(path, key)| (path, Some(key)));
    if request.method != method || key.is_some_and(|key| request.parameter(key).is_none()) {
        return None;
    }
    let mut name = String::new();
    let mut segments = segments.iter();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part {
            "{+}" => {
                name = segments.by_ref().map(String::as_str).collect::<Vec<_>>().join("/");
                if name.is_empty() {
                    return None;
                }
            }
            "{}" => name.clone_from(segments.next()?),
            "*" => drop(segments.next()?),
            literal if segments.next()? == literal => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(name)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn request(head: &str) -> Request {
        Request::read(&mut BufReader::new(format!("{head}\r\n\r\n").as_bytes())).unwrap()
    }

    #[test]
    fn paths_name_operations_and_resources() {
        let routes = [
            ("GET /*/functions", "ListFunctions"),
            ("GET /*/functions/{}", "GetFunction"),
            ("GET /{}?policy", "GetBucketPolicy"),
            ("GET /tags/{+}", "ListTags"),
        ];
        let operation = |head: &str| rest(&request(head), "x", &routes).map(|asked| (asked.operation, asked.name));
        let some = |operation: &str, name: &str| Some((operation.to_owned(), name.to_owned()));
        assert_eq!(operation("GET /2015-03-31/functions?MaxItems=50 HTTP/1.1"), some("ListFunctions", ""));
        assert_eq!(operation("GET /2015-03-31/functions/ HTTP/1.1"), some("ListFunctions", ""));
        assert_eq!(operation("GET /2015-03-31/functions/a%2Fb HTTP/1.1"), some("GetFunction", "a/b"));
        assert_eq!(operation("GET /box?policy HTTP/1.1"), some("GetBucketPolicy", "box"));
        assert_eq!(operation("GET /tags/arn:x/y HTTP/1.1"), some("ListTags", "arn:x/y"));
        for none in ["GET /box HTTP/1.1", "DELETE /2015-03-31/functions/a HTTP/1.1", "GET /a/b/c/d HTTP/1.1", "GET /tags HTTP/1.1"] {
            assert_eq!(operation(none), None, "{none}");
        }
    }

    #[test]
    fn targets_and_paths_of_rpc_name_operations() {
        let asked = rpc(&request("POST / HTTP/1.1\r\nX-Amz-Target: TrentService.ListKeys"), "kms", &["KeyId"]).unwrap();
        assert_eq!((asked.operation.as_str(), asked.actions), ("ListKeys", vec!["kms:ListKeys".to_owned()]));
        let path = "POST /service/GraniteServiceVersion20100801/operation/DescribeAlarms HTTP/1.1";
        assert_eq!(rpc(&request(path), "cloudwatch", &[]).unwrap().operation, "DescribeAlarms");
        assert_eq!(rpc(&request("POST / HTTP/1.1"), "kms", &[]), None);
    }
}
