import java.io.File;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.tools.ExecFileLoader;

/** Says which methods of a class file ran, by JaCoCo's record. */
public class Coverage {
  public static void main(String[] arguments) throws Exception {
    ExecFileLoader record = new ExecFileLoader();
    record.load(new File(arguments[0]));
    CoverageBuilder coverage = new CoverageBuilder();
    new Analyzer(record.getExecutionDataStore(), coverage).analyzeAll(new File(arguments[1]));
    for (IClassCoverage type : coverage.getClasses()) {
      // Of another class file than the one that ran, if no match: then the record is of no use.
      System.out.println("matches " + !type.isNoMatch());
      type.getMethods()
          .forEach(
              method ->
                  System.out.println(
                      method.getName()
                          + " "
                          + method.getInstructionCounter().getMissedCount()
                          + " missed"));
    }
  }
}
