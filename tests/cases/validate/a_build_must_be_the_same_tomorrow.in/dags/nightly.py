print("a file of the schedule's own name")
