"""An invented company and its workbooks, to try the pipeline on."""
