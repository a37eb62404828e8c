//! Changing the settings of topics without losing those made earlier.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AlterConfig, ResourceSpecifier};

use super::topics::{Outcomes, PAUSE, TopicOutcome, TopicSpec, options};
use super::{Kafka, KafkaError};

type Settings = BTreeMap<String, BTreeMap<String, String>>;

impl Kafka {
    /// Sets settings of topics, by name, and waits until the brokers show them. Settings made earlier and not given
    /// here stay as they are: the request replaces all of a topic's own settings, so those are read first and sent
    /// along.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn set_topic_settings(&self, wanted: &Settings, limit: Duration) -> Result<Outcomes, KafkaError> {
        let names: Vec<String> = wanted.keys().cloned().collect();
        let existing = self.topic_settings(&names, limit).await?;
        let mut outcomes = self.refused_settings(wanted, limit).await?;
        let mut complete = Settings::new();
        for (topic, settings) in wanted {
            let Some(own) = existing.get(topic) else {
                let reason = "there is no such topic".to_owned();
                outcomes.insert(topic.clone(), TopicOutcome::Refused(reason));
                continue;
            };
            if !outcomes.contains_key(topic) {
                let mut merged = own.clone();
                merged.extend(settings.clone());
                complete.insert(topic.clone(), merged);
            }
        }
        if complete.is_empty() {
            return Ok(outcomes);
        }
        let changes: Vec<AlterConfig<'_>> = complete.iter().map(alter_config).collect();
        self.admin
            .alter_configs(&changes, &options(limit))
            .await
            .map_err(|source| self.failed("change topic settings".to_owned(), limit, source))?;
        self.until_taken(&complete, limit).await?;
        outcomes.extend(complete.into_keys().map(|topic| (topic, TopicOutcome::Done)));
        Ok(outcomes)
    }

    /// The library drops the broker's word about a wrong setting, but not about a topic to be created with it: so a
    /// creation that is only checked, never done, tells.
    async fn refused_settings(&self, wanted: &Settings, limit: Duration) -> Result<Outcomes, KafkaError> {
        let mut probes = Vec::new();
        let mut topic_of_probe = BTreeMap::new();
        for (index, (topic, settings)) in wanted.iter().enumerate() {
            let name = format!("sparkflow-settings-check-{index}");
            topic_of_probe.insert(name.clone(), topic);
            probes.push(TopicSpec { name, partitions: 1, replication: 1, settings: settings.clone() });
        }
        let checking = options(limit).validate_only(true);
        let mut refused = Outcomes::new();
        for result in self.request_topics(&probes, &checking, limit).await? {
            let Err((probe, code)) = result else { continue };
            if let Some(topic) = topic_of_probe.get(&probe) {
                let reason = format!("{} ({code})", listed(&wanted[*topic]));
                refused.insert((*topic).clone(), TopicOutcome::Refused(reason));
            }
        }
        Ok(refused)
    }

    async fn until_taken(&self, wanted: &Settings, limit: Duration) -> Result<(), KafkaError> {
        let names: Vec<String> = wanted.keys().cloned().collect();
        let deadline = Instant::now() + limit;
        while self.topic_settings(&names, limit).await? != *wanted {
            if Instant::now() >= deadline {
                return Err(KafkaError::Timeout {
                    action: format!("show the settings of {}", names.join(", ")),
                    seconds: limit.as_secs(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

fn alter_config<'a>((topic, settings): (&'a String, &'a BTreeMap<String, String>)) -> AlterConfig<'a> {
    let change = AlterConfig::new(ResourceSpecifier::Topic(topic));
    settings.iter().fold(change, |change, (key, value)| change.set(key, value))
}

fn listed(settings: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(", ")
}
