//! SF508, SF904, SF905 in `conf`: settings that change where a job runs, or do nothing there.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::JobCode;

/// Where streams keep their place: one volume, mounted in driver and workers alike.
pub(super) const CHECKPOINTS: &str = "/opt/sparkflow/checkpoints";

/// What our Spark image holds already.
const BAKED: [&str; 2] = ["org.apache.spark:spark-sql-kafka-0-10_", "com.datastax.spark:spark-cassandra-connector_"];

/// Whether a list of packages names what the images of ours hold.
pub(super) fn has_baked(packages: &str) -> bool {
    BAKED.iter().any(|prefix| packages.contains(prefix))
}

/// Settings that spark-submit needs before any code of the job runs.
pub(super) fn is_settled_before_code(key: &str) -> bool {
    let others = [
        "spark.driver.memory",
        "spark.driver.extraClassPath",
        "spark.driver.extraJavaOptions",
        "spark.submit.deployMode",
    ];
    key == "spark.jars" || key.starts_with("spark.jars.") || others.contains(&key)
}

/// Every job's `conf`.
pub(super) fn conf(facts: &Facts<'_>, found: &mut Diagnostics) {
    let own_image = facts.pipeline.services.get("spark").is_some_and(|spark| spark.image.is_some());
    for (name, job) in &facts.pipeline.jobs {
        for (key, value) in &job.conf {
            let place = facts.place(&["jobs", name, "conf", key]);
            let is_python = matches!(job.code, JobCode::Python { .. });
            match key.as_str() {
                "spark.master" => {
                    let message = format!(
                        "`conf` of the job `{name}` sets the master `{value}`, so it would not run on the cluster"
                    );
                    found.push(
                        Diagnostic::error("SF508", message)
                            .at(place, "set here")
                            .help("delete it: sparkflow submits the job to the cluster"),
                    );
                }
                "spark.submit.deployMode" if value == "cluster" && is_python => {
                    let message = format!("the Python job `{name}` cannot run in cluster mode on a standalone cluster");
                    found.push(
                        Diagnostic::error("SF905", message)
                            .at(place, "cluster mode")
                            .help("delete it: the driver runs in client mode, beside the cluster"),
                    );
                }
                "spark.jars.packages" if !own_image && has_baked(value) => {
                    let message = format!("the job `{name}` fetches connectors that the image holds already");
                    found.push(
                        Diagnostic::warning("SF904", message)
                            .at(place, "fetched at each start, and perhaps of another version")
                            .help("delete it: the connectors that fit this Spark are in the image"),
                    );
                }
                _ => {}
            }
        }
    }
}
