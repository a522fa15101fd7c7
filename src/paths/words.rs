//! What a step comes to, in words: for those who do not know the ids of published paths by heart.

/// What a step of this technique comes to; none where its actions say it.
pub fn technique_in_words(id: &str) -> Option<&'static str> {
    Some(match id {
        "administrator" => "it is administrator",
        "execution-role" => "code in the function has its role's credentials",
        "event-injection" => "the function works on what it is sent: whether its code can be misled is not known",
        "sts-001" | "assume-role" => "takes the role on",
        "assume-role-with-web-identity" | "oidc-any-subject" => "takes the role on with a token of the identity provider",
        "assume-role-with-saml" => "takes the role on with an assertion of the identity provider",
        "lambda-001" => "makes a function that runs as the role, and invokes it",
        "lambda-002" => "makes a function that runs as the role, and has an event source start it",
        "lambda-003" => "puts its own code into the function, and waits until it runs",
        "lambda-004" => "puts its own code into the function, and invokes it",
        "lambda-005" => "puts its own code into the function, and lets itself invoke it",
        "lambda-006" => "makes a function that runs as the role, and lets itself invoke it",
        "lambda-configuration" => "adds a layer or a wrapper that runs before the function's own code",
        "lambda-microvm" => "starts a MicroVM that runs as the role",
        "lambda-web-function" => "makes a Web Function that runs as the role",
        "iam-new-role" => "makes a role with every permission, and takes it on",
        "iam-new-user" => "makes a user with every permission, and a key of its own",
        "function-url" => "calls the function's URL, which asks for no credentials",
        "signed-function-url" => "calls the function's URL with credentials of its own",
        "function-policy" => "invokes the function: its policy lets it",
        "web-function-endpoint" => "calls the Web Function's endpoint",
        "open-api-route" => "calls an API that asks for no credentials",
        "api-authorizer" => "calls an API as a user that its authorizer lets in",
        "api-integration" => "the API hands requests on",
        "appsync-api-key" => "calls the GraphQL API with a key that its clients carry",
        "appsync-data-source" => "the GraphQL API hands requests on",
        "open-sign-up" => "signs up as a user, as anybody may",
        "own-aws-account" => "opens an AWS account of its own, as anybody may",
        "self-sign-up" => "makes an account in the user pool",
        "cognito-identity-unauthenticated" => "the identity pool gives credentials to everybody",
        "cognito-identity-authenticated" => "the identity pool gives credentials to its users",
        "cognito-identity-any-pool" => "the role takes users of any identity pool",
        "user-pool-trigger" => "the user pool calls the function",
        "public-bucket" => "the bucket is open to everybody",
        "bucket-policy"
        | "queue-policy"
        | "topic-policy"
        | "stream-policy"
        | "table-policy"
        | "table-stream-policy"
        | "secret-policy"
        | "key-policy"
        | "event-bus-policy"
        | "web-function-policy" => "its resource policy lets it",
        "key-grant" => "a grant on the key lets it",
        "confused-deputy" => "has a service of AWS call in its place: nothing says for whom the service may",
        "event-rule"
        | "event-source-mapping"
        | "pipe"
        | "s3-event"
        | "s3-notification"
        | "sns-subscription"
        | "queue-redrive"
        | "function-destination" => "what arrives is handed on",
        "state-machine" => "the state machine calls it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::technique_in_words;

    #[test]
    fn words_follow_an_id_and_are_no_sentence() {
        let words = technique_in_words("lambda-003").unwrap_or_default();
        assert!(words.starts_with("puts its own code") && !words.ends_with('.'));
        assert_eq!(technique_in_words("iam-002"), None, "iam:CreateAccessKey says it");
    }
}
