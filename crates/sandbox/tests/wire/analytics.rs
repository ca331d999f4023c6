//! 8x8's API keys by product, and Work Analytics.

use reqwest::Response;
use sandbox::Product;
use serde_json::{Value, json};

use crate::install::bare;
use crate::support::{Bench, text};

async fn token(bench: &Bench, key: &str, user: &str, password: &str) -> Response {
    let address = format!("{}/analytics/work/v1/oauth/token", bench.sandbox.eight());
    let form = [("username", user), ("password", password)];
    bench.http.post(address).header("8x8-apikey", key).form(&form).send().await.unwrap()
}

async fn systems(bench: &Bench, key: &str, token: &str) -> (u16, Value) {
    let address = format!("{}/analytics/work/v2/pbxes/?page=0&size=100&sort=name,ASC", bench.sandbox.eight());
    let reply = bench.http.get(address).header("8x8-apikey", key).bearer_auth(token).send().await.unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

#[tokio::test]
async fn a_key_opens_its_own_products_only() {
    let bench = bare().await;
    let contacts = async |key: &str| {
        let address = format!("{}/directory-contacts/api/v3/contacts?size=1", bench.sandbox.eight());
        let reply = bench.http.get(address).header("x-api-key", key).send().await.unwrap();
        (reply.status().as_u16(), reply.json::<Value>().await.unwrap())
    };
    assert_eq!(contacts(bench.sandbox.search_key()).await.0, 200);
    for key in [bench.sandbox.management_key(), bench.sandbox.analytics_key()] {
        let (status, body) = contacts(key).await;
        assert_eq!(status, 403);
        assert_eq!(body["fault"]["detail"]["errorcode"], "oauth.v2.InvalidApiKeyForGivenResource");
    }
    assert_eq!(contacts("made up").await.0, 401);
    let both = bench.sandbox.control().add_key(&[Product::ContactSearch, Product::WorkAnalytics]);
    assert_eq!(contacts(&both).await.0, 200);
    let (user, password) = (bench.sandbox.analytics_user(), bench.sandbox.analytics_password());
    assert_eq!(token(&bench, &both, user, password).await.status(), 200);
    assert_eq!(token(&bench, bench.sandbox.search_key(), user, password).await.status(), 403);
}

#[tokio::test]
async fn work_analytics_wants_a_key_and_a_token() {
    let bench = bare().await;
    let (key, user) = (bench.sandbox.analytics_key(), bench.sandbox.analytics_user());
    let password = bench.sandbox.analytics_password();
    let wrong: Value = token(&bench, "made up", user, password).await.json().await.unwrap();
    assert_eq!((&wrong["code"], &wrong["status"]), (&json!("SHA001"), &json!(400)));
    for (user, password) in [("nobody", password), (user, "wrong")] {
        let reply = token(&bench, key, user, password).await;
        assert_eq!(reply.status(), 400);
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["error_description"], "USER_NOTFOUND_ERROR");
    }
    let answer: Value = token(&bench, key, user, password).await.json().await.unwrap();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(1_800)));
    let access = text(&answer["access_token"]);
    let (status, body) = systems(&bench, key, &access).await;
    assert_eq!((status, &body["_embedded"]["pbxList"][0]["name"]), (200, &json!("brightwater")));
    assert_eq!(systems(&bench, "made up", &access).await.0, 401);
    assert_eq!(systems(&bench, key, "made up").await.1["error"], "invalid_token");

    bench.sandbox.control().set_analytics_access(false);
    let (status, body) = systems(&bench, key, &access).await;
    assert!(status == 403 && text(&body["messages"][0]).contains("does not have access"), "{body}");
    bench.sandbox.control().expire_access_tokens();
    assert_eq!(systems(&bench, key, &access).await.0, 401);
    let everything = serde_json::to_string(&bench.sandbox.control().exchanges()).unwrap();
    assert!(!everything.contains(&access) && !everything.contains(password) && !everything.contains(key));
}
