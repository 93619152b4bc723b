"""The parts of the Model page, one a module: each shows one question, as HTML or with widgets."""
