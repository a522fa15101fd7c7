//! The orders team: careful, and the oldest code in the company.

use super::{
    EU, POWERTOOLS, US,
    service::{Service, Team},
};

const ORDERS: Team = Team { name: "orders", cost_centre: "cc-1100", bounded: true };

pub(super) fn services() -> Vec<Service> {
    let orders = |name, about| Service::new(EU, &ORDERS, name, about);
    vec![
        orders("order-intake", "Takes orders from the shop and the partner API")
            .behind_api("shop", "POST/orders")
            .setting("ORDERS_TABLE", "orders")
            .setting("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders-incoming")
            .may(&["dynamodb:PutItem", "dynamodb:GetItem"], &["table/orders"])
            .may(&["sqs:SendMessage"], &["orders-incoming"]),
        orders("order-validate", "Checks addresses, weights and customs codes")
            .runtime("python3.14", 512, 20)
            .layer(POWERTOOLS, "AWSLambdaPowertoolsPythonV3-python314-arm64", 4)
            .reads_queue("orders-incoming")
            .setting("ORDERS_TABLE", "orders")
            .shown("MAX_WEIGHT_GRAMS", "31500")
            .may(&["dynamodb:GetItem", "dynamodb:UpdateItem"], &["table/orders"])
            .may(&["sns:Publish"], &["order-events"]),
        // Story: somebody tried version 37 on a tenth of the traffic, and went on holiday.
        orders("order-price", "Quotes a price for a parcel")
            .behind_api("shop", "POST/quotes")
            .released(38)
            .deployed(61)
            .setting("TARIFF_TABLE", "tariffs")
            .may(&["dynamodb:GetItem", "dynamodb:Query"], &["table/tariffs"])
            .but(|function| {
                if let Some(live) = function.aliases.known_mut().and_then(|aliases| aliases.first_mut()) {
                    live.weights.insert("37".to_owned(), 100);
                }
            }),
        orders("order-confirm", "Books the order with the carrier")
            .on_topic("order-events")
            .setting("CARRIER_ENDPOINT", "https://booking.carriers.example/v3")
            .environment_under(None)
            .may(&["dynamodb:UpdateItem"], &["table/orders"])
            .may(&["events:PutEvents"], &["event-bus/parcels"]),
        orders("order-cancel", "Cancels an order and frees its label")
            .behind_api("shop", "DELETE/orders/*")
            .setting("ORDERS_TABLE", "orders")
            .logs_text()
            .may(&["dynamodb:UpdateItem", "dynamodb:DeleteItem"], &["table/orders", "table/labels"]),
        orders("order-archive", "Moves orders older than 18 months to the archive bucket")
            .runtime("ruby3.3", 1024, 300)
            .on_schedule("order-archive-nightly")
            .deployed(203)
            .keeps_logs(None)
            .setting("ARCHIVE_BUCKET", "larkspur-order-archive")
            .may(&["dynamodb:Query", "dynamodb:DeleteItem"], &["table/orders"])
            .may(&["s3:PutObject"], &["larkspur-order-archive/*"]),
        orders("order-search", "Finds orders by name, postcode or tracking number")
            .behind_api("backoffice", "GET/orders")
            .in_vpc()
            .setting("SEARCH_HOST", "search.internal.larkspur.example")
            .may(&["es:ESHttpGet", "es:ESHttpPost"], &["domain/orders/*"]),
        orders("returns-intake", "Registers a return")
            .behind_api("shop", "POST/returns")
            .setting("RETURNS_TABLE", "returns")
            .unsigned()
            .may(&["dynamodb:PutItem"], &["table/returns"])
            .may(&["sqs:SendMessage"], &["returns"]),
        // Story: the live alias was opened for a trade fair, so the function itself looks closed.
        orders("returns-label", "Draws the label of a return as PDF")
            .image(1536, 30)
            .grant(Some("live"), "fair-demo-2025", r#""*""#, "lambda:InvokeFunction", "")
            .may(&["s3:PutObject", "s3:GetObject"], &["larkspur-labels/returns/*"]),
        orders("cart-sync", "Keeps the carts of signed-in customers")
            .mapping("arn:aws:dynamodb:eu-west-1:123456789012:table/carts/stream/2025-02-18T09:41:07.112", "Enabled")
            .may(
                &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"],
                &["table/carts/stream/*"],
            )
            .untraced(),
        Service::new(US, &ORDERS, "order-intake-us", "Takes orders from the shop in North America")
            .behind_api("shop-us", "POST/orders")
            .setting("ORDERS_TABLE", "orders-us")
            .may(&["dynamodb:PutItem", "dynamodb:GetItem"], &["table/orders-us"])
            .may(&["sqs:SendMessage"], &["orders-incoming-us"]),
        Service::new(US, &ORDERS, "order-validate-us", "Checks addresses against USPS")
            .runtime("python3.14", 512, 20)
            .reads_queue("orders-incoming-us")
            .setting("ORDERS_TABLE", "orders-us")
            .may(&["dynamodb:GetItem", "dynamodb:UpdateItem"], &["table/orders-us"]),
    ]
}
