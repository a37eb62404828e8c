"""Asks Spark's own analyser about the queries of a pipeline: nothing is executed, nothing is read, nothing is written.

    python analyse_queries.py FOLDER SECONDS

FOLDER holds `question.json` and `sparkflow_pipeline.py` with all topics and tables, and gets `answer.json`. Each query
sees empty views of what its job reads, in the types the job will see. Whoever asks may be gone: after SECONDS the
program ends by itself.
"""

import json
import os
import signal
import sys

signal.alarm(int(sys.argv[2]))
sys.path.insert(0, sys.argv[1])
# There is no network to find a name for this machine in.
os.environ.update(SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost")
JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
CONF = {"spark.ui.enabled": "false", "spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.extraJavaOptions": JAVA}
WORDS = [word for key, value in CONF.items() for word in ("--conf", f"'{key}={value}'")]
os.environ["PYSPARK_SUBMIT_ARGS"] = " ".join(["--master local[1] --driver-memory 512m", *WORDS, "pyspark-shell"])

from py4j.protocol import Py4JError, Py4JJavaError  # noqa: E402
from pyspark.errors.exceptions.captured import CapturedException  # noqa: E402
from pyspark.sql import types as T  # noqa: E402

import sparkflow_pipeline as pipeline  # noqa: E402

# Nodes that make one row of many: over a micro-batch they see that batch alone.
GATHERING = {"Aggregate", "Window", "Distinct", "Deduplicate", "GlobalLimit", "Offset", "Pivot"}


class Analyst:
    """One Spark session and the empty relations of the pipeline."""

    def __init__(self):
        self.spark = pipeline.session("analysis")
        self.jvm, self.java = self.spark._jvm, self.spark._jsparkSession
        self.state = self.java.sessionState()
        # A WITH query is a plan apart, through which no origin and no condition is seen.
        self.inline = self.jvm.org.apache.spark.sql.catalyst.optimizer.InlineCTE(True)
        self.frames, self.registered = {}, []

    def answer(self, query):
        """What Spark says of one query: columns and origins, or its objection."""
        changed = self.configure(query["conf"])
        try:
            self.register(query["reads"])
            plan = self.state.sqlParser().parsePlan(query["query"])
            if any(self.acts(node) for node in [plan, *below(plan)]):
                return {"error": {"class": "NOT_A_QUERY", "message": "the statement is no query"}}
            analysed = self.state.analyzer().executeAndCheck(plan, self.tracker())
            return self.read(self.inline.apply(analysed), query["writes"])
        except CapturedException as error:
            return {"error": objection(error._origin)}
        except Py4JJavaError as error:
            return {"error": objection(error.java_exception)}
        finally:
            for key in changed:
                self.spark.conf.unset(key)

    def acts(self, node):
        """Whether a node stands for a statement that does something (DROP, INSERT, SET), which must not be analysed further."""
        kinds = ["Command", "ParsedStatement"]
        names = [f"org.apache.spark.sql.catalyst.plans.logical.{kind}" for kind in kinds]
        return any(self.jvm.java.lang.Class.forName(name).isInstance(node) for name in names)

    def tracker(self):
        return self.jvm.org.apache.spark.sql.catalyst.QueryPlanningTracker(self.jvm.scala.Option.empty())

    def configure(self, conf):
        """The job's own SQL settings, as far as a session may change them."""
        changed = []
        for key, value in conf.items():
            try:
                self.spark.conf.set(key, value)
                changed.append(key)
            except Exception:  # a setting that only a new session can have does not change what a query means
                continue
        return changed

    def register(self, names):
        for name in self.registered:
            self.state.catalog().dropTempView(name)
        self.registered = list(names)
        for name in names:
            if name not in self.frames:
                self.frames[name] = self.empty(name)
            self.frames[name].createOrReplaceTempView(f"`{name}`")

    def empty(self, name):
        if name in pipeline.TOPICS:
            fields = pipeline.TOPICS[name]["fields"]
            schema = [T.StructField(f["name"], pipeline.spark_type(f["kind"]), not f["required"]) for f in fields]
        else:
            table = pipeline.TABLES[name]
            schema = [
                T.StructField(c["name"], pipeline.spark_type(c["kind"]), c["name"] not in table["key"])
                for c in table["columns"]
            ]
        text = T.StructType(schema).json()
        java_type = self.jvm.org.apache.spark.sql.types.DataType.fromJson(text)
        return self.java.createDataFrame(self.jvm.java.util.ArrayList(), java_type)

    def read(self, plan, writes):
        nodes = list(walk(plan))
        views = sources(nodes, set(self.registered))
        aliases = {alias.exprId().id(): alias for node in nodes for alias in aliases_of(node)}
        filled = {attribute.exprId().id() for attribute in never_null(plan)}
        columns = []
        for attribute in sequence(plan.output()):
            direct, inputs = origin(attribute.exprId().id(), aliases, views)
            columns.append(
                {
                    "name": attribute.name(),
                    "type": attribute.dataType().simpleString(),
                    "nullable": attribute.nullable() and attribute.exprId().id() not in filled,
                    "direct": direct,
                    "inputs": sorted(inputs),
                    "fits": fits(attribute, writes),
                }
            )
        gathers = sorted({type_name(node) for node in nodes} & GATHERING)
        return {"columns": columns, "tables": sorted({table for table, _ in views.values()}), "gathers": gathers}


def fits(attribute, writes):
    """Per sink with a column of this name: nothing where the writer takes it, else the type to cast to."""
    try:
        kind = T._parse_datatype_json_string(attribute.dataType().json())
    except Exception:  # a type that Python has no name for fits no column
        kind = None
    answer = {}
    for sink in writes:
        for column in pipeline.TABLES[sink]["columns"]:
            to = pipeline.spark_type(column["kind"])
            if column["name"].lower() == attribute.name().lower():
                answer[sink] = None if pipeline._widens(kind, to) else to.simpleString()
    return answer


def walk(plan):
    """The nodes of a plan and of the queries inside its expressions, a view's own plan left out."""
    yield plan
    for child in [*([] if type_name(plan) == "View" else sequence(plan.children())), *sequence(plan.subqueries())]:
        yield from walk(child)


def sources(nodes, names):
    """Expression id -> (relation, column), for every column that a view of ours brings in."""
    found = {}
    for node in nodes:
        if type_name(node) == "View":
            name = node.desc().identifier().table()
            if name in names:
                for attribute in sequence(node.output()):
                    found[attribute.exprId().id()] = (name, attribute.name())
    return found


def aliases_of(node):
    for expression in sequence(node.expressions()):
        if type_name(expression) == "Alias":
            yield expression


def origin(expression_id, aliases, views):
    """The relation and column a result is an unchanged copy of, if it is one, and all it is made from."""
    inputs, open_ids, seen, direct = set(), [expression_id], set(), None
    step = expression_id
    while step in aliases and type_name(aliases[step].child()) == "AttributeReference":
        step = aliases[step].child().exprId().id()
    if step in views:
        direct = list(views[step])
    while open_ids:
        current = open_ids.pop()
        if current in seen:
            continue
        seen.add(current)
        if current in views:
            inputs.add(views[current])
        elif current in aliases:
            open_ids += [reference.exprId().id() for reference in sequence(aliases[current].references().toSeq())]
            open_ids += [output.exprId().id() for plan in inner_plans(aliases[current]) for output in sequence(plan.output())]
    return direct, [list(pair) for pair in inputs]


def inner_plans(expression):
    """The queries inside an expression."""
    if type_name(expression) in {"ScalarSubquery", "ListQuery", "Exists"}:
        yield expression.plan()
    for child in sequence(expression.children()):
        yield from inner_plans(child)


def below(plan):
    for child in sequence(plan.children()):
        yield child
        yield from below(child)


def never_null(plan):
    """Attributes that a filter or join keeps from being null, which their own mark does not say."""
    for constraint in sequence(plan.constraints().toSeq()):
        if type_name(constraint) == "IsNotNull" and type_name(constraint.child()) == "AttributeReference":
            yield constraint.child()


def objection(error):
    """Spark's class, words and place (line from 1, column from 0) of what is wrong."""
    words = asked(error, "message") or asked(error, "getMessage") or ""
    name = asked(error, "getErrorClass") or type_name(error)
    place = {"line": optional(asked(error, "line")), "column": optional(asked(error, "startPosition")), "length": None}
    for context in asked(error, "getQueryContext") or []:
        place["length"] = context.stopIndex() - context.startIndex() + 1
    return {"class": name, "message": words.removeprefix(f"[{name}] ").strip(), **place}


def asked(error, question):
    """An answer that not every kind of objection has."""
    try:
        return getattr(error, question)()
    except Py4JError:
        return None


def optional(option):
    return option.get() if option is not None and option.isDefined() else None


def sequence(scala):
    iterator = scala.iterator()
    while iterator.hasNext():
        yield iterator.next()


def type_name(thing):
    return thing.getClass().getSimpleName()


def main():
    with open(os.path.join(sys.argv[1], "question.json"), encoding="utf-8") as file:
        question = json.load(file)
    analyst = Analyst()
    answers = {name: analyst.answer(query) for name, query in question["queries"].items()}
    with open(os.path.join(sys.argv[1], "answer.json"), "w", encoding="utf-8") as file:
        json.dump({"spark": analyst.spark.version, "answers": answers}, file)
    os._exit(0)  # a session that held nothing needs no closing, which takes a second


main()
