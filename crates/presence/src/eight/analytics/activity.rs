//! What those do who are in a queue (developer.8x8.com, "Work Analytics Agent Activity").

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Analytics;
use crate::center::{Activity, ActivityRead};
use crate::eight::problem::{malformed, no_access, unavailable};
use crate::eight::scalar::{Scalar, text};
use crate::error::Failure;
use crate::person::plain;

/// What is under way; the sums of the day are not wanted.
const METRICS: &str = "ongoingTalkingInteractions,ongoingOnHoldInteractions";

impl Analytics {
    /// Everybody of a phone system who is in a queue, at this moment.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn agent_activity(&self, system: &str) -> Result<ActivityRead, Failure> {
        for metrics in [Some(METRICS), None] {
            let mut url = self.url("v2/pbxes", &[])?;
            if let Ok(mut path) = url.path_segments_mut() {
                path.extend([system, "agent-activity"]);
            }
            url.query_pairs_mut()
                .extend_pairs(metrics.map(|metrics| ("metrics", metrics)))
                .append_pair("includeSummary", "false");
            let answer = self.get(&url).await?;
            match answer.status {
                StatusCode::OK => return activity(&answer.body).ok_or_else(malformed),
                // It may know other metrics; without a choice it gives all it has.
                StatusCode::BAD_REQUEST if metrics.is_some() => {}
                StatusCode::FORBIDDEN => return Err(no_access()),
                status => return Err(unavailable(status.as_u16())),
            }
        }
        Err(malformed())
    }
}

/// The agents of a body: in one list, as the schema has it, or queue by queue, as an older example does.
fn activity(body: &[u8]) -> Option<ActivityRead> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        #[serde(default, borrow)]
        agent_activity: Option<Vec<&'a RawValue>>,
        #[serde(default, borrow)]
        queues_agent_activity: Option<Vec<&'a RawValue>>,
    }
    let wire: Wire<'_> = serde_json::from_slice(body).ok()?;
    let mut read = ActivityRead::default();
    match (wire.agent_activity, wire.queues_agent_activity) {
        (None, None) => return None,
        (agents, queues) => {
            for raw in agents.into_iter().flatten() {
                take(&mut read, raw);
            }
            for raw in queues.into_iter().flatten() {
                // A queue is shaped like the whole.
                match serde_json::from_str::<Wire<'_>>(raw.get()).ok().and_then(|queue| queue.agent_activity)
                {
                    Some(agents) => agents.into_iter().for_each(|raw| take(&mut read, raw)),
                    None => read.set_aside += 1,
                }
            }
        }
    }
    Some(read)
}

/// Adds an agent, who may be there already from another queue.
fn take(read: &mut ActivityRead, raw: &RawValue) {
    let Some(agent) = agent(raw) else {
        read.set_aside += 1;
        return;
    };
    match read.agents.iter_mut().find(|known| known.extension == agent.extension) {
        Some(known) => {
            known.talking |= agent.talking;
            known.status = known.status.take().or(agent.status);
            for queue in agent.queues {
                if !known.queues.contains(&queue) {
                    known.queues.push(queue);
                }
            }
        }
        None => read.agents.push(agent),
    }
}

fn agent(raw: &RawValue) -> Option<Activity> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        agent_extension: Scalar,
        #[serde(default)]
        agent_name: Option<Scalar>,
        #[serde(default)]
        user_status: Option<Scalar>,
        #[serde(default)]
        activity_status: Option<Scalar>,
        #[serde(default)]
        logged_in_queues: Option<Vec<Scalar>>,
        #[serde(default)]
        metrics: Option<Metrics>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metrics {
        #[serde(default)]
        ongoing_talking_interactions: Option<Scalar>,
        #[serde(default)]
        ongoing_on_hold_interactions: Option<Scalar>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let extension = plain(&wire.agent_extension.0);
    let status = wire.user_status.map(|status| plain(&status.0)).filter(|status| !status.is_empty());
    let count = |metric: Option<Scalar>| metric.and_then(|metric| metric.number::<f64>()).unwrap_or(0.0);
    let under_way = wire.metrics.is_some_and(|metrics| {
        count(metrics.ongoing_talking_interactions) + count(metrics.ongoing_on_hold_interactions) > 0.0
    });
    let is = |known: &str, value: &str| known.eq_ignore_ascii_case(value);
    // Somebody who talks may be available all the same, by an example of 8x8's.
    let talking = under_way
        || status.as_deref().is_some_and(|status| is(status, "ON_CALL"))
        || is(&text(wire.activity_status), "HANDLING");
    (!extension.is_empty()).then(|| Activity {
        extension,
        name: plain(&text(wire.agent_name)),
        status,
        talking,
        queues: wire.logged_in_queues.unwrap_or_default().iter().map(|queue| plain(&queue.0)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_talks_is_told_by_any_of_three_signs() {
        let body = br#"{"agentActivity":[
            {"userId":"u","agentExtension":"1001","agentName":"Ann Lee","userStatus":"AVAILABLE","activityStatus":"HANDLING",
             "loggedInQueues":["2001"],"metrics":{"ongoingTalkingInteractions":1,"ongoingOnHoldInteractions":0}},
            {"agentExtension":1002,"userStatus":"AWAY","activityStatus":"AVAILABLE_IDLE","loggedInQueues":[2001,"2002"],
             "metrics":{"ongoingTalkingInteractions":"0","ongoingOnHoldInteractions":"1"}},
            {"agentExtension":"1003","userStatus":"ON_CALL"},
            {"agentExtension":"1004","activityStatus":"HANDLING","metrics":null},
            {"agentExtension":"1005","userStatus":null,"metrics":{"ongoingTalkingInteractions":null}},
            {"agentExtension":"1006","userStatus":"HOLOGRAM","activityStatus":"NEW"},
            {"agentName":"nobody"},{"agentExtension":"1007","loggedInQueues":"none"},null],"summary":{}}"#;
        let read = activity(body).unwrap();
        let told: Vec<_> =
            read.agents.iter().map(|it| (it.extension.as_str(), it.status.as_deref(), it.talking)).collect();
        assert_eq!(
            told,
            [
                ("1001", Some("AVAILABLE"), true),
                ("1002", Some("AWAY"), true),
                ("1003", Some("ON_CALL"), true),
                ("1004", None, true),
                ("1005", None, false),
                ("1006", Some("HOLOGRAM"), false),
            ]
        );
        assert_eq!(
            (read.set_aside, read.agents[1].queues.as_slice()),
            (3, ["2001".into(), "2002".into()].as_slice())
        );
    }

    #[test]
    fn an_agent_of_several_queues_is_one() {
        let body = br#"{"queuesAgentActivity":[
            {"queueExtension":"2001","agentActivity":[
                {"agentExtension":"1001","loggedInQueues":["2001","2002"]},{"agentExtension":"1002","loggedInQueues":[]}],"metricsSummary":{}},
            {"queueExtension":"2002","agentActivity":[
                {"agentExtension":"1001","userStatus":"DND","loggedInQueues":["2002","2003"],"activityStatus":"HANDLING"}]},
            {"queueExtension":"2003"}, 5]}"#;
        let read = activity(body).unwrap();
        assert_eq!((read.agents.len(), read.set_aside), (2, 2));
        let joined = &read.agents[0];
        assert_eq!((joined.talking, joined.status.as_deref()), (true, Some("DND")));
        assert_eq!(joined.queues, ["2001", "2002", "2003"]);
        assert!(activity(b"{}").is_none());
        assert!(activity(br#"{"agentActivity":[]}"#).unwrap().agents.is_empty());
    }
}
