//! Building an image from a context held in memory, its output line by line.
//!
//! The classic builder only: it works on every engine we accept, and needs no session.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models::BuildInfo;
use bollard::query_parameters::BuildImageOptions;
use futures_util::StreamExt;

use super::volumes::as_hash_map;
use super::{DockerError, Engine};

/// How much of a failed build's output is kept.
const KEPT_LINES: usize = 30;

/// What to build and how.
#[derive(Debug, Clone)]
pub struct BuildSpec {
    /// `name:version`.
    pub tag: String,
    /// Path in the context -> mode and content. Holds the `Dockerfile`.
    pub context: BTreeMap<String, (u32, Vec<u8>)>,
    pub labels: BTreeMap<String, String>,
    /// Proxy settings and the like. Visible in the image's history: never secrets.
    pub build_args: BTreeMap<String, String>,
    pub freshness: Freshness,
    /// The network its steps run in, where the engine's default one will not do.
    pub network: Option<String>,
    pub limit: Duration,
}

/// Whether layers that are at hand are good enough. The bases are what the engine has: who wants newer ones pulls them first,
/// because the builder would look in a registry for ours as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    #[default]
    Cached,
    /// Every step runs again.
    Rebuilt,
}

/// One line of a build's output, and the step it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildEvent {
    /// From 1; 0 before the first step.
    pub step: u32,
    pub total: u32,
    pub line: String,
}

impl Engine {
    /// Builds an image; every line of the build's output goes to `report`.
    ///
    /// # Errors
    /// `Build` with the end of the output when a step fails; `Timeout` after the spec's limit.
    pub async fn build_image(&self, spec: &BuildSpec, mut report: impl FnMut(BuildEvent)) -> Result<(), DockerError> {
        let action = || format!("build image `{}`", spec.tag);
        let context = pack_context(&spec.context).map_err(|source| DockerError::Io { action: action(), source })?;
        let docker = self.patient(spec.limit);
        let body = bollard::body_full(context.into());
        let mut answers = Box::pin(docker.build_image(build_options(spec), None, Some(body)));
        let mut output = BuildOutput::default();
        let building = async {
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(info) => output.take(&text_of(&info), &mut report),
                    Err(source) => {
                        output.flush(&mut report);
                        return Err(source);
                    }
                }
            }
            output.flush(&mut report);
            Ok(())
        };
        match tokio::time::timeout(spec.limit, building).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(DockerError::Build {
                tag: spec.tag.clone(),
                step: output.step,
                total: output.total,
                output: output.kept,
                source: Box::new(source),
            }),
            Err(_) => Err(DockerError::Timeout { action: action(), seconds: spec.limit.as_secs() }),
        }
    }
}

fn build_options(spec: &BuildSpec) -> BuildImageOptions {
    BuildImageOptions {
        dockerfile: "Dockerfile".to_owned(),
        t: Some(spec.tag.clone()),
        nocache: spec.freshness == Freshness::Rebuilt,
        rm: true,
        forcerm: true,
        labels: Some(as_hash_map(&spec.labels)),
        buildargs: Some(as_hash_map(&spec.build_args)),
        networkmode: spec.network.clone(),
        ..BuildImageOptions::default()
    }
}

fn pack_context(context: &BTreeMap<String, (u32, Vec<u8>)>) -> Result<Vec<u8>, std::io::Error> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, (mode, bytes)) in context {
        let mut header = tar::Header::new_gnu();
        header.set_mode(*mode);
        header.set_mtime(0);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, path, bytes.as_slice())?;
    }
    builder.into_inner()
}

/// Steps print into `stream`; pulls of a base report in `status`, without their running byte counts.
fn text_of(info: &BuildInfo) -> String {
    if let Some(text) = &info.stream {
        return text.clone();
    }
    let counting = info.progress_detail.as_ref().is_some_and(|detail| detail.current.is_some());
    match (&info.status, counting) {
        (Some(status), false) => match &info.id {
            Some(id) => format!("{id}: {status}\n"),
            None => format!("{status}\n"),
        },
        _ => String::new(),
    }
}

/// Output arrives in pieces of lines; this puts lines together and counts steps.
#[derive(Debug, Default)]
struct BuildOutput {
    step: u32,
    total: u32,
    partial: String,
    kept: Vec<String>,
}

impl BuildOutput {
    fn take(&mut self, text: &str, report: &mut impl FnMut(BuildEvent)) {
        self.partial.push_str(text);
        while let Some(end) = self.partial.find('\n') {
            let rest = self.partial.split_off(end + 1);
            let line = std::mem::replace(&mut self.partial, rest);
            self.line(&line, report);
        }
    }

    fn flush(&mut self, report: &mut impl FnMut(BuildEvent)) {
        let line = std::mem::take(&mut self.partial);
        self.line(&line, report);
    }

    fn line(&mut self, raw: &str, report: &mut impl FnMut(BuildEvent)) {
        let plain = without_escapes(raw);
        // A carriage return repaints a line: only its last state is worth showing.
        let visible = plain.trim_end().rsplit('\r').next().unwrap_or_default();
        if visible.is_empty() {
            return;
        }
        if let Some((step, total)) = step_of(visible) {
            self.step = step;
            self.total = total;
        }
        if self.kept.len() == KEPT_LINES {
            self.kept.remove(0);
        }
        self.kept.push(visible.to_owned());
        report(BuildEvent { step: self.step, total: self.total, line: visible.to_owned() });
    }
}

/// The engine paints what a step wrote to stderr red; colour is for whoever prints.
fn without_escapes(raw: &str) -> String {
    let mut pieces = raw.split('\u{1b}');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_final = |letter: char| ('@'..='~').contains(&letter) && letter != '[';
        match piece.find(is_final) {
            Some(end) => plain.push_str(&piece[end + 1..]),
            None => plain.push_str(piece),
        }
    }
    plain
}

/// `Step 3/9 : RUN x` is step 3 of 9.
fn step_of(line: &str) -> Option<(u32, u32)> {
    let (count, _) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (step, total) = count.split_once('/')?;
    Some((step.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_and_steps_counted() {
        let mut output = BuildOutput::default();
        let mut seen = Vec::new();
        for piece in ["Step 2/3 : RUN x\n", "hal", "f a line\n10%\r20%\n\n", "tail"] {
            output.take(piece, &mut |event| seen.push((event.step, event.line)));
        }
        output.flush(&mut |event| seen.push((event.step, event.line)));
        let expected = ["Step 2/3 : RUN x", "half a line", "20%", "tail"];
        assert_eq!(seen, expected.map(|line| (2, line.to_owned())));
        assert_eq!((output.step, output.total), (2, 3));
    }

    #[test]
    fn colour_is_taken_out_of_the_output() {
        assert_eq!(without_escapes("\u{1b}[91moops\u{1b}[0m done"), "oops done");
        assert_eq!(without_escapes("plain"), "plain");
    }

    #[test]
    fn only_the_end_of_the_output_is_kept() {
        let mut output = BuildOutput::default();
        for number in 0..100 {
            output.take(&format!("line {number}\n"), &mut |_| {});
        }
        assert_eq!(output.kept.len(), KEPT_LINES);
        assert_eq!(output.kept.last().unwrap(), "line 99");
    }
}
