package shop;

class Late {
  static String pay() {
    return "new";
  }

  static String payOld() {
    return "old";
  }
}
