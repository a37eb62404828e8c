package io.sparkflow.tests;

public final class Broken {
    private Broken() {}

    public static void main(String[] arguments) {
        System.out.println(undeclared);
    }
}
