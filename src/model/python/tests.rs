//! What is read from programs, and that nothing is read from guesses.

use super::*;

fn values(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| text.value.as_str()).collect()
}

fn reading(text: &str) -> Reading {
    read(text).expect("the program is read")
}

#[test]
fn topics_and_servers_are_read_through_names_and_templates() {
    let found = reading(
        "NAME = 'b'\nTOPIC = f'{NAME}_c'\nx.readStream.option('subscribe', 'a,' + TOPIC).option('kafka.bootstrap.servers', 'k:1').load()\n\
         p = KafkaProducer(bootstrap_servers=['k:2', 'l:3'])\np.send(TOPIC, b'')\n",
    );
    assert_eq!(values(&found.reads), ["a", "b_c"]);
    assert_eq!(values(&found.sends), ["b_c"]);
    assert!(found.produces);
    let hosts: Vec<Vec<&str>> = found.hosts.iter().map(|hosts| values(&hosts.names)).collect();
    assert_eq!(hosts, [vec!["k:1"], vec!["k:2", "l:3"]]);
}

#[test]
fn a_name_that_may_stand_for_several_things_stands_for_none() {
    for text in [
        "t = 'a'\nt = 'b'\np.send(t)",
        "def f(t):\n    p.send(t)\nt = 'a'",
        "for t in ['a']:\n    p.send(t)",
        "import t\np.send(t)",
        "t = 'a'\nt += 'b'\np.send(t)",
        "with f() as t:\n    p.send(t)",
        "p.send(f'{a!r}')",
        "p.send(other())",
    ] {
        assert_eq!(reading(text).sends, [], "{text}");
    }
}

#[test]
fn sessions_are_read_and_other_masters_are_not() {
    let found = reading(
        "s = SparkSession.builder.appName('x').master('local').config('spark.a', 'b').getOrCreate()\nc.master('x')\n",
    );
    assert_eq!(found.masters.len(), 1);
    assert_eq!(found.masters[0].value.as_deref(), Some("local"));
    assert_eq!(
        (found.settings[0].key.value.as_str(), found.settings[0].value.as_ref().unwrap().value.as_str()),
        ("spark.a", "b")
    );
    assert_eq!(reading("SparkConf().setAll([('spark.a', '1'), ('b', '2')])").settings.len(), 1);
}

#[test]
fn schemas_are_read_where_every_name_is_certain() {
    let found = reading("s = StructType([StructField('a', T.IntegerType(), True), StructField('b', StringType())])");
    let fields: Vec<(&str, Option<&str>)> =
        found.schemas[0].fields.iter().map(|field| (field.name.value.as_str(), field.kind.as_deref())).collect();
    assert_eq!(fields, [("a", Some("IntegerType")), ("b", Some("StringType"))]);
    assert_eq!(reading("StructType([StructField(name, StringType()) for name in names])").schemas, []);
}

#[test]
fn statements_of_cql_are_read_with_their_columns() {
    let text = "K = 'ks'\ns.execute(f'''CREATE TABLE IF NOT EXISTS {K}.t (\n  id uuid, \"Name\" text, tags map<text, list<int>>,\n  PRIMARY KEY (id)\n)''')\n\
                s.execute('INSERT INTO t (id, name) VALUES (%s, %s)')\ns.execute('CREATE KEYSPACE ks WITH x = 1; ')\n";
    let found = reading(text);
    let made = &found.statements[0];
    assert_eq!((made.keyspace.as_deref(), made.table.as_deref()), (Some("ks"), Some("t")));
    let columns: Vec<(&str, Option<&str>, &str)> = made
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.kind.as_deref(), &text[column.at.clone()]))
        .collect();
    assert_eq!(
        columns,
        [("id", Some("uuid"), "id"), ("Name", Some("text"), "\"Name\""), ("tags", Some("map<text,list<int>>"), "tags")]
    );
    assert_eq!(found.statements[1].columns.len(), 2);
    assert_eq!(found.statements[2].kind, cql::Kind::MakesKeyspace);
}

#[test]
fn records_are_read_from_literals_and_from_keys_set_one_by_one() {
    let found = reading(
        "def f():\n    r = {}\n    r['id'] = uuid.uuid4()\n    r['n'] = int(x)\n    r['t'] = [y for y in z]\n    return r\ng({'a': 'b', 'c': 1.5, **d})\n",
    );
    let fields: Vec<(&str, Json)> =
        found.records[0].fields.iter().map(|(name, kind)| (name.value.as_str(), *kind)).collect();
    assert_eq!(fields, [("id", Json::Uuid), ("n", Json::Int), ("t", Json::List)]);
    assert!(!found.records[0].is_open);
    assert!(found.records[1].is_open);
}

#[test]
fn streams_without_a_checkpoint_are_seen() {
    for (text, count) in [
        ("df.writeStream.foreachBatch(f).start()", 1),
        ("df.writeStream.format('console').start()", 0),
        ("df.writeStream.option('checkpointLocation', '/x').start()", 0),
        ("df.writeStream.options(**o).start()", 0),
        ("thread.start()", 0),
    ] {
        assert_eq!(reading(text).streams_without_checkpoint.len(), count, "{text}");
    }
}

#[test]
fn secrets_are_seen_by_their_names_and_not_kept() {
    let text = "f(password='hunter2')\nAPI_KEY = 'abc'\nb.config('spark.cassandra.auth.password', 'x')\nf(password=os.environ['P'])\nf(password='')\nf(password='{{ conn }}')\n";
    let found = reading(text);
    assert_eq!(found.secrets.len(), 3);
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn what_python_refuses_is_located() {
    for text in ["def f(:\n", "x = 'a\n", "if x:\ny = 1\n", "f'{a:{b!'", "\u{0}", "print 'x'\n"] {
        assert!(matches!(read(text), Err(Unread::Syntax { .. })), "{text:?}");
    }
    // Python 3.12 would take it; the images run 3.11.
    assert!(matches!(read("type X = int\n"), Err(Unread::Syntax { .. })));
}

#[test]
fn bottomless_programs_are_not_read() {
    let deep: [String; 6] = [
        "(".repeat(50_000),
        format!("x = {}1", "-".repeat(50_000)),
        format!("x = {}1", "not ".repeat(50_000)),
        format!("x = {}", "lambda: ".repeat(50_000)),
        format!("x = a{}", ".b".repeat(50_000)),
        format!("x = {}", "f'{".repeat(5_000)),
    ];
    for text in deep {
        assert!(read(&text).is_err());
    }
}

/// Ids in the order of the file, with the lines they are on.
fn dags(text: &str) -> Vec<(usize, String)> {
    let mut found = read(text).unwrap().dags;
    found.sort_by_key(|dag| dag.at.start);
    found.into_iter().map(|dag| (span(text, &dag.at).line, dag.value)).collect()
}

#[test]
fn ids_are_found_however_a_dag_is_made() {
    let own = |found: &[(usize, &str)]| found.iter().map(|(line, id)| (*line, (*id).to_owned())).collect::<Vec<_>>();
    let text = "# DAG('no')\nwith DAG(\"one\", x):\n  pass\nDAG(\n    'two',\n)\nDAG(tags=f(1), dag_id = \"three\")\n@dag(schedule=None)\ndef four():\n  pass\n";
    assert_eq!(dags(text), own(&[(2, "one"), (4, "two"), (7, "three"), (8, "four")]));
    let text = "@dag(dag_id='five')\ndef six(): pass\n@dag\ndef seven(): pass\n";
    assert_eq!(dags(text), own(&[(1, "five"), (3, "seven")]));
}

#[test]
fn what_only_speaks_of_a_dag_makes_none() {
    let text = "DAG(name)\nMyDAG('a')\nTriggerDagRunOperator(trigger_dag_id='b')\nSensor(dag_id='c')\nDAG(x, parent_dag_id='d')\n";
    assert_eq!(dags(text), []);
}

#[test]
fn options_of_kafkas_reader_are_read_and_those_of_others_are_not() {
    let found = reading(
        "r = s.readStream.format('kafka').option('subscribe', 'a').option('delimeter', ',').options(minPartitions=2)\n\
         s.read.format('kafka').option('delimeter', ',').options(**{'startingOffsets': 'earliest'}).load()\n\
         s.read.format('csv').option('delimiter', ',').load('x')\n\
         d.write.format('kafka').option('delimiter', ',').save()\n",
    );
    assert_eq!(values(&found.kafka_options), ["startingOffsets", "delimeter"]);
}
