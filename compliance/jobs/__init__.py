"""Long work: started by a verb, run by any worker from checkpoint to checkpoint, watched in the console."""

from compliance.jobs.downloads import disposition
from compliance.jobs.exporting import csv_pieces, write_csv, write_jsonl
from compliance.jobs.files import StoredFile, Writer, find_file, forget_file, open_file, pieces, store, stored_files
from compliance.jobs.kinds import kind
from compliance.jobs.labels import job_label
from compliance.jobs.models import Job
from compliance.jobs.running import run_all
from compliance.jobs.verbs import cancel, find_job, jobs, start
from compliance.jobs.work import Cancelled, Work

__all__ = [
    "Cancelled",
    "Job",
    "StoredFile",
    "Work",
    "Writer",
    "cancel",
    "csv_pieces",
    "disposition",
    "find_file",
    "find_job",
    "forget_file",
    "job_label",
    "jobs",
    "kind",
    "open_file",
    "pieces",
    "run_all",
    "start",
    "store",
    "stored_files",
    "write_csv",
    "write_jsonl",
]
