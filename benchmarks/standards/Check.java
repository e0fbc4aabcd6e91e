// Judges PDFs by veraPDF's own profiles of PDF/A-3a and PDF/UA-1: one line a file and profile, and each rule that does not hold.
// The library comes without its reader of profiles, so they are read here.

import java.io.FileInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class Check {
    private static final Map<String, String> PROFILES = Map.of("3a", "PDFA-3A.xml", "ua1", "PDFUA-1.xml");

    public static void main(String[] paths) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean holds = true;
        for (String id : new TreeMap<>(PROFILES).keySet()) {
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(id);
            ValidationProfile profile = profile(PROFILES.get(id), flavour);
            for (String path : paths) {
                holds &= judge(path, id, flavour, profile);
            }
        }
        System.exit(holds ? 0 : 1);
    }

    private static boolean judge(String path, String id, PDFAFlavour flavour, ValidationProfile profile) throws Exception {
        try (InputStream file = new FileInputStream(path); PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour)) {
            ValidationResult result = Foundries.defaultInstance().createValidator(profile, false).validate(parser);
            System.out.printf("%s %s: %s, %d rules, %d assertions%n", path, id, result.isCompliant() ? "holds" : "does not hold",
                profile.getRules().size(), result.getTotalAssertions());
            Set<String> told = new LinkedHashSet<>();
            for (TestAssertion one : result.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    told.add(one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber() + " " + one.getMessage());
                }
            }
            told.forEach(line -> System.out.println("    " + line));
            return result.isCompliant();
        }
    }

    private static ValidationProfile profile(String name, PDFAFlavour flavour) throws Exception {
        InputStream file = Check.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name);
        Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).getDocumentElement();
        Set<Rule> rules = new LinkedHashSet<>();
        NodeList found = root.getElementsByTagName("rule");
        for (int number = 0; number < found.getLength(); number++) {
            rules.add(rule((Element) found.item(number)));
        }
        Set<Variable> variables = new LinkedHashSet<>();
        found = root.getElementsByTagName("variable");
        for (int number = 0; number < found.getLength(); number++) {
            Element one = (Element) found.item(number);
            variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"), text(one, "defaultValue"), text(one, "value")));
        }
        return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues(name, "", "", new Date()), "", rules, variables);
    }

    private static Rule rule(Element one) {
        Element id = (Element) one.getElementsByTagName("id").item(0);
        PDFAFlavour.Specification standard = PDFAFlavour.Specification.valueOf(id.getAttribute("specification"));
        Boolean deferred = one.hasAttribute("deferred") ? Boolean.valueOf(one.getAttribute("deferred")) : null;
        String message = text((Element) one.getElementsByTagName("error").item(0), "message");
        return Profiles.ruleFromValues(
            Profiles.ruleIdFromValues(standard, id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
            one.getAttribute("object"), deferred, one.getAttribute("tags"), text(one, "description"), text(one, "test"),
            Profiles.errorFromValues(message, new ArrayList<>()), new ArrayList<>());
    }

    private static String text(Element above, String name) {
        NodeList found = above.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}
