//! One of the two servers, and what it has answered so far.

use std::{collections::HashMap, fmt};

use http::{Method, Request, header};
use http_body_util::BodyExt;
use kube::{Client, client::Body};
use serde_json::{Value, json};

use crate::scenario::Step;

/// What a server said.
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) content_type: String,
    /// The object; an array of events for a watch; a string where it is no JSON.
    pub(crate) body: Value,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.body)
    }
}

pub(crate) struct Side {
    client: Client,
    namespace: String,
    words: HashMap<String, String>,
}

impl Side {
    /// A side with the scenario's namespace made.
    pub(crate) async fn new(client: Client, namespace: &str) -> Self {
        let mut side = Self { client, namespace: namespace.into(), words: HashMap::new() };
        let body = json!({ "metadata": { "name": namespace } }).to_string();
        let made = side.send(Method::POST, "", "/api/v1/namespaces", body).await;
        assert_eq!(made.code, 201, "the scenario's namespace: {made}");
        side.words
            .insert("$start".into(), made.body["metadata"]["resourceVersion"].as_str().unwrap_or("").into());
        side
    }

    pub(crate) async fn ask(&mut self, step: &Step) -> Answer {
        let path = self.fill(&step.path);
        let body = self.fill(&step.body);
        if step.verb == "WATCH" {
            let and = if path.contains('?') { '&' } else { '?' };
            let start = &self.words["$start"];
            let path = if path.contains("resourceVersion=") || path.contains("sendInitialEvents=") {
                format!("{path}{and}watch=true&timeoutSeconds=1")
            } else {
                format!("{path}{and}watch=true&timeoutSeconds=1&resourceVersion={start}")
            };
            return self.send(Method::GET, &step.how, &path, String::new()).await;
        }
        if step.verb == "READY" {
            return self.until_ready(&path).await;
        }
        let method = step.verb.parse().unwrap_or_else(|_| panic!("{} is no method", step.verb));
        let answer = self.send(method, &step.how, &path, body).await;
        self.learn(&answer.body);
        for item in answer.body["items"].as_array().into_iter().flatten() {
            self.learn(item);
        }
        answer
    }

    /// Asks until the path is there; a real server takes a moment for a new resource.
    async fn until_ready(&self, path: &str) -> Answer {
        for _ in 0..100 {
            let answer = self.send(Method::GET, "", path, String::new()).await;
            if answer.code == 200 {
                return Answer { code: 200, content_type: String::new(), body: Value::Null };
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("{path} is not there after 10 s");
    }

    /// Takes the namespace of the scenario away again.
    pub(crate) async fn clean_up(&mut self) {
        let path = format!("/api/v1/namespaces/{}", self.namespace);
        self.send(Method::DELETE, "", &path, String::new()).await;
    }

    fn fill(&self, text: &str) -> String {
        let mut text = text.replace("NS", &self.namespace);
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        for (word, value) in words {
            text = text.replace(word.as_str(), value);
        }
        text
    }

    fn learn(&mut self, object: &Value) {
        let metadata = &object["metadata"];
        let text = |field: &str| metadata[field].as_str().map(ToOwned::to_owned);
        if let (Some(name), Some(version)) = (text("name"), text("resourceVersion")) {
            self.words.entry(format!("$old:{name}")).or_insert_with(|| version.clone());
            self.words.insert(format!("$rv:{name}"), version);
            self.words.insert(format!("$uid:{name}"), text("uid").unwrap_or_default());
        } else if let Some(version) = text("resourceVersion") {
            self.words.insert("$list".into(), version);
            self.words.insert("$continue".into(), text("continue").unwrap_or_default());
        }
    }

    async fn send(&self, method: Method, how: &str, path: &str, body: String) -> Answer {
        let mut content_type = "application/json";
        let mut accept = "application/json".to_owned();
        let mut agent = "truth/1.0";
        for word in how.split(';') {
            match word {
                "merge" => content_type = "application/merge-patch+json",
                "json" => content_type = "application/json-patch+json",
                "strategic" => content_type = "application/strategic-merge-patch+json",
                "apply" => content_type = "application/apply-patch+yaml",
                _ if word.starts_with("agent=") => agent = &word["agent=".len()..],
                "as=Table" => accept = "application/json;as=Table;v=v1;g=meta.k8s.io".into(),
                _ if word.starts_with("as=") => {
                    accept = format!("application/json;{word};v=v1;g=meta.k8s.io");
                }
                _ if word.starts_with("accept=") => accept = word["accept=".len()..].replace(',', ";"),
                "" => {}
                other => content_type = other,
            }
        }
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        let request = request.header(header::USER_AGENT, agent);
        let request =
            if body.is_empty() { request } else { request.header(header::CONTENT_TYPE, content_type) };
        let request =
            request.body(Body::from(body.into_bytes())).expect("a request of a case is well formed");
        let response = self.client.send(request).await.expect("both servers answer");
        let code = response.status().as_u16();
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.into_body().collect().await.expect("the answer is whole").to_bytes();
        let body = if path.contains("watch=true") && code == 200 {
            body.split(|byte| *byte == b'\n')
                .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
                .collect()
        } else {
            serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into())
        };
        Answer { code, content_type, body }
    }
}
