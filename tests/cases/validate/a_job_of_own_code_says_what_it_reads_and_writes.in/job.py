print("own code")
