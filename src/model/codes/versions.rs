//! `SF8xx`: versions that do not go together.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF801",
        "built for another Scala",
        "The end of a package's name (`_2.12`) says the Scala it was compiled for. Scala's binary versions do not mix: a class of one cannot be loaded by the other, and the job dies with a NoSuchMethodError or ClassNotFoundException.",
    ),
    code(
        "SF802",
        "made for another Spark",
        "Modules of Spark, and formats that reach into it, are made for one version. Another minor version is an error; another patch of the same minor usually loads, and is a warning.",
    ),
    code(
        "SF803",
        "the Cassandra connector is made for another Spark",
        "Each minor version of the connector is made for the Spark of the same number. There is none for Spark 4, so a pipeline with a Cassandra sink stays on Spark 3.5.",
    ),
    code(
        "SF804",
        "another Java is needed",
        "Servers and Spark are released for certain versions of Java. An older one does not know their classes, a newer one has closed what they reach into.",
    ),
    code(
        "SF805",
        "another Python is needed for Spark",
        "PySpark pickles functions and rows with means that each version of Python changes. A Python that is newer than the Spark fails at import or at the first function it ships.",
    ),
    code(
        "SF806",
        "driver and workers have different Pythons",
        "The driver runs in Airflow's container (or the job's), the functions run on the workers. PySpark compares the minor versions of both and refuses to work when they differ.",
    ),
    code(
        "SF807",
        "driver and workers have different Sparks",
        "They exchange serialised objects. Between minor versions the job dies with an InvalidClassException; between patches it is luck.",
    ),
    code(
        "SF808",
        "another Python is needed for Airflow",
        "Each Airflow is released for certain versions of Python; with another it does not install or does not start.",
    ),
    code(
        "SF809",
        "another Airflow's way of writing DAGs",
        "Airflow 3 dropped what had been deprecated: days_ago, schedule_interval, the old operator modules. A DAG file that uses them cannot be imported. The other way round, the DAGs that sparkflow writes need Airflow 3.",
    ),
    code(
        "SF810",
        "the Spark provider is for another Spark",
        "Version 6 of Airflow's provider needs pyspark 4 and installs pyspark-client, which overwrites the pyspark of the image. Version 5 is the one for Spark 3.",
    ),
    code(
        "SF811",
        "this Kafka does not know that mode",
        "Kafka kept its own records in ZooKeeper; from 2.8 on it can do without, from 3.3 on that is ready for data, and Kafka 4 has dropped ZooKeeper.",
    ),
    code(
        "SF812",
        "a Kafka client and a broker that do not understand each other",
        "Kafka 4 removed the oldest requests of its protocol (KIP-896): clients from before Kafka 2.1 are refused, and its own clients refuse brokers from before 2.1.",
    ),
    code(
        "SF813",
        "a Python package that does not go with this Python or Spark",
        "The package has no build for this Python, or uses what this Python or Spark has dropped. The help names the version that does go.",
    ),
    code(
        "SF814",
        "a Python package that replaces a part of the stack",
        "The image has pyspark, Airflow and what they need from a lock. A second version in the requirements takes their place, and the two sides of a job no longer match.",
    ),
    code(
        "SF815",
        "another PostgreSQL is needed for Airflow",
        "Airflow keeps its records in PostgreSQL and is tested with certain versions of it.",
    ),
    code(
        "SF816",
        "an Airflow image that cannot submit jobs",
        "Airflow's tasks run spark-submit in Airflow's own container, which needs Java and Spark there. The public image has neither.",
    ),
    code(
        "SF817",
        "a Python package that differs from the image's lock",
        "The packages of the image were tried together. Another version of one of them may work; a new pydantic or SQLAlchemy is known to stop Airflow at start.",
    ),
    code(
        "SF820",
        "an image whose versions are not known",
        "What an image holds is told from the names and tags of public images. For any other, the checks of versions are silent until `sparkflow verify` has asked the running containers.",
    ),
];
